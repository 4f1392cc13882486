/**
 * Text and numbers for XML.
 */

/** https://www.w3.org/TR/xml/#charsets: XML 1.0 allows no other character, not even escaped. */
const outsideXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for an element or an attribute; characters that XML does not allow are left out. */
export function xmlText(text: string): string {
  return text.replace(outsideXml, '').replace(/[&<>"']/g, (found) => escapes[found] ?? '');
}

/** A number as `xsd:decimal`, which has no exponent. */
export function xmlDecimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(10).replace(/\.?0+$/, '') : text;
}
