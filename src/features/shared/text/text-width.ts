/**
 * The columns that a text takes on a terminal.
 */
import { createRequire } from 'node:module';
import type * as stringWidth from 'string-width';

/** Printable characters of which each takes one column: Latin letters, general punctuation, arrows, lines and blocks. */
const oneColumnEach =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2199\u2500-\u259f]*$/;

let library: typeof stringWidth | undefined;

/**
 * The columns of a text, as `string-width` counts them. The library is loaded only for a text that needs it: its
 * expression of all emoji takes a tenth of a command's start.
 */
export function textWidth(text: string): number {
  if (oneColumnEach.test(text)) return text.length;
  library ??= createRequire(import.meta.url)('string-width') as typeof stringWidth;
  return library.default(text);
}
