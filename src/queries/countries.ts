/**
 * Countries by ISO 3166-1 and by their English names.
 */

const englishNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
const collator = new Intl.Collator('en', { sensitivity: 'base', ignorePunctuation: true });

/** Regions that are no country: unions, outer regions, and those of tests. */
const otherRegions: ReadonlySet<string> = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);

/** Whether two names differ in case, accents, punctuation and spaces at most. */
export function isSameName(one: string, other: string): boolean {
  return collator.compare(one, other) === 0;
}

/** The code of a country, given in either case or as its English name; undefined for another text. */
export function countryCodeOf(text: string): string | undefined {
  if (/^[a-z]{2}$/i.test(text)) return currentCode(text.toUpperCase());
  return countries().find(([, name]) => isSameName(name, text))?.[0];
}

export function countryNames(): readonly string[] {
  return countries().map(([, name]) => name);
}

type Country = readonly [code: string, name: string];

function countries(): readonly Country[] {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => currentCode(code) === code)
    .map((code) => [code, englishNames.of(code) ?? code]);
}

/** A withdrawn code has a country's name too: DD that of Germany. */
function currentCode(code: string): string | undefined {
  if (otherRegions.has(code) || englishNames.of(code) === undefined) return undefined;
  return new Intl.Locale(`und-${code}`).region;
}
