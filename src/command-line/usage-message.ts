/**
 * What the program says of a command line that commander rejects.
 */

/** Commander's message as sentences, without an unexpected value, which may be a secret. Pure. */
export function usageMessage(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .replace(/('--?[\w-]+)=.*'/s, "$1=…'")
    .replace(/(but got \d+): .*/s, '$1')
    .trim()
    .replace(/\n\((Did you mean .*)\)$/, '. $1');
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.?]$/.test(text) ? '' : '.'}`;
}
