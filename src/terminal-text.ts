/**
 * Makes text of foreign origin harmless on a terminal. Two groups of characters act there instead of being
 * shown: the control characters, and those that change the direction of the text, so that a line reads
 * differently from what it says (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters).
 */

/** All but the first of \r\n; looked at after the character, because most texts have none of them. */
const acting = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069](?<!\r(?=\n))/gu;
const lineBreaks = /(?:[\t\n\v\f\r\u0085\u2028\u2029])+/g;

/** One line: line breaks and tabs become a space, every other such character is left out. */
export function terminalText(text: string): string {
  return text.replace(lineBreaks, ' ').replace(acting, '');
}

/**
 * Writes such characters as `\u001b`; line breaks and tabs stay. A JSON document keeps its exact value,
 * because it has them only inside of strings.
 */
export function escapeActing(text: string): string {
  return text.replace(acting, (found) =>
    found === '\n' || found === '\t'
      ? found
      : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
