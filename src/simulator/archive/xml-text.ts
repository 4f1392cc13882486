/**
 * What TCX and GPX files have in common: how they begin and end, their times, and their oddities.
 */

/** What is odd about an XML file; each of it was seen in real ones. */
export interface XmlOptions {
  /** Blanks before the XML declaration; many exports of TCX have ten. */
  readonly leadingBlanks?: number;
  readonly hasByteOrderMark?: boolean;
  readonly isUtf16?: boolean;
  /** So many bytes are missing at the end. */
  readonly cutBytes?: number;
  /** The title has an ampersand that is no entity. */
  readonly hasBareAmpersand?: boolean;
  /** The title has a character that XML forbids. */
  readonly hasControlCharacter?: boolean;
  /** All elements have this prefix. */
  readonly prefix?: string;
  /** Missing values are elements without text, not missing elements. */
  readonly hasEmptyElements?: boolean;
  readonly times?: TimeForm;
}

/** With Z, without an offset, with an offset of five and a half hours, and with a fraction. */
export type TimeForm = 'utc' | 'bare' | 'offset' | 'fraction';

/** The bytes of a document from its root element's text. */
export function xmlFile(root: string, options: XmlOptions): Uint8Array {
  const { leadingBlanks = 0, hasByteOrderMark = false, isUtf16 = false, cutBytes = 0 } = options;
  const declaration = `<?xml version="1.0" encoding="${isUtf16 ? 'UTF-16' : 'UTF-8'}"?>\n`;
  const prefixed = options.prefix === undefined ? root : withPrefix(root, options.prefix);
  const text = `${' '.repeat(leadingBlanks)}${declaration}${prefixed}\n`;
  const mark = hasByteOrderMark || isUtf16 ? '\uFEFF' : '';
  const bytes = Buffer.from(mark + text, isUtf16 ? 'utf16le' : 'utf8');
  return new Uint8Array(bytes.subarray(0, bytes.length - cutBytes));
}

/** Every element that has no prefix yet gets it. */
function withPrefix(text: string, prefix: string): string {
  return text.replace(/<(\/?)(?=[A-Za-z]\w*[\s/>])/g, `<$1${prefix}:`);
}

/** The title of the recording. */
export function titleOf({ hasBareAmpersand, hasControlCharacter }: XmlOptions): string {
  const [and, bell] = [hasBareAmpersand === true ? '&' : '&amp;', hasControlCharacter === true];
  return `Hill ${and} dale \u263C${bell ? '\u0007' : ''}`;
}

/** An element, or nothing (or an empty element) where the value is missing. */
export function element(name: string, value: number | null, options: XmlOptions): string {
  if (value !== null) return `<${name}>${value}</${name}>`;
  return options.hasEmptyElements === true ? `<${name}></${name}>` : '';
}

/** A time in the form that the options want. */
export function xmlTime(timeS: number, { times = 'utc' }: XmlOptions): string {
  const text = (each: number): string => new Date(each * 1000).toISOString().slice(0, 19);
  if (times === 'bare') return text(timeS);
  if (times === 'offset') return `${text(timeS + 19_800)}+05:30`;
  return times === 'fraction' ? `${text(timeS)}.750Z` : `${text(timeS)}Z`;
}

/** Lists of about the same length, as many as `count`. */
export function inParts<T>(values: readonly T[], count: number): readonly (readonly T[])[] {
  const length = Math.ceil(values.length / count);
  return Array.from({ length: count }, (_, index) =>
    values.slice(index * length, (index + 1) * length),
  );
}
