/** Choices of a view in the address, so that a reload, a bookmark and the way back find them again. */

/**
 * @template {string} T
 * @param {string} name
 * @param {readonly T[]} choices
 * @param {T} other Where the address has none of the choices.
 * @returns {T}
 */
export function readChoice(name, choices, other) {
  const value = readParameter(name);
  return choices.find((choice) => choice === value) ?? other;
}

/**
 * @param {string} name
 * @returns {string} Empty where the address has none.
 */
export function readParameter(name) {
  return new URLSearchParams(location.search).get(name) ?? '';
}

/**
 * @param {string} name
 * @param {string} value Empty removes it.
 */
export function writeParameter(name, value) {
  const url = new URL(location.href);
  if (value === '') url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  history.replaceState(history.state, '', url);
}
