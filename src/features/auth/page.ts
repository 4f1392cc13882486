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

/** One page with a heading and a sentence, both plain text, and the address to go on to. */
export function renderPage(heading: string, sentence: string, next?: string): string {
  const title = escapeHtml(heading);
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${title}</title></head>`,
    `<body><h1>${title}</h1><p>${escapeHtml(sentence)}</p>${linkTo(next)}</body>`,
    '</html>',
    '',
  ].join('\n');
}

function linkTo(address: string | undefined): string {
  if (address === undefined) return '';
  const text = escapeHtml(address);
  return `<p><a href="${text}">${text}</a></p>`;
}

/** Text that is safe between tags and in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
