/**
 * The plain pages that the browser shows at the end of a login. They load nothing from anywhere.
 */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** One page with a heading and a sentence, both plain text. */
export function renderPage(heading: string, sentence: string): string {
  const title = escapeHtml(heading);
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${title}</title></head>`,
    `<body><h1>${title}</h1><p>${escapeHtml(sentence)}</p></body>`,
    '</html>',
    '',
  ].join('\n');
}

/** Text that is safe between tags and in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
