/**
 * A colour of the style sheet, as it is in the colour scheme of the reader.
 * @param {string} name Of the custom property, with its dashes.
 */
export function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
