/** Reads the numbers of an export, those for machines and those for people. */

/**
 * A number of the second group of `activities.csv`: metres, seconds, degrees, with a decimal point. A
 * decimal comma is read too, for spreadsheets write it. Strava prints floats of 32 bits long
 * (`3322.949951171875`); the result is the shortest number that is the same float (`3322.95`).
 */
export function readNumber(text: string | undefined): number | undefined {
  const plain = text?.trim() ?? '';
  if (!/^-?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?$/i.test(plain)) return undefined;
  const value = Number(plain.replace(',', '.'));
  return Number.isFinite(value) ? shortest(value) : undefined;
}

function shortest(value: number): number {
  if (Number.isInteger(value) || Math.fround(value) !== value) return value;
  // Nine digits are enough for every float of 32 bits.
  let digits = 6;
  while (Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  return Number(value.toPrecision(digits));
}

/** A positive integer, which a spreadsheet may have written with `.0`; undefined for anything else. */
export function readId(text: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,16})(?:[.,]0+)?\s*$/.exec(text ?? '')?.[1];
  const id = Number(digits ?? 0);
  return id > 0 && Number.isSafeInteger(id) ? id : undefined;
}

/**
 * `1.0`, `true`, and what spreadsheets make of it in their language; undefined where it is neither true
 * nor false.
 */
export function readFlag(text: string | undefined): boolean | undefined {
  const plain = text?.trim().toLowerCase() ?? '';
  if (/^(?:1(?:[.,]0+)?|true|wahr|vrai|verdadero)$/.test(plain)) return true;
  if (/^(?:0(?:[.,]0+)?|false|falsch|faux|falso)$/.test(plain)) return false;
  return undefined;
}

/**
 * Metres from the first `Distance`, the one for people. It has two decimals, of a kilometre, and a
 * decimal comma in some languages; a swim has whole metres with a separator of thousands. Before June
 * 2019 it had metres throughout (`isMetres`).
 */
export function readShownDistance(text: string | undefined, isMetres: boolean): number | undefined {
  const plain = text?.replace(/\s/gu, '') ?? '';
  // A table of swims alone looks like one of metres, and has the separator all the same.
  if (isMetres && !/^\d{1,3}(?:[,'’]\d{3})+$/.test(plain)) return readNumber(plain);
  if (/^\d{1,3}(?:[.,'’]\d{3})+$/.test(plain)) return Number(plain.replace(/\D/g, ''));
  if (/^\d+$/.test(plain)) return Number(plain);
  const [, whole, decimals] = /^([\d.,'’]+)[.,](\d{1,2})$/.exec(plain) ?? [];
  if (whole === undefined) return undefined;
  return Number(whole.replace(/\D/g, '')) * 1000 + Number(decimals?.padEnd(3, '0'));
}

/**
 * Whether the first `Distance` of a table has metres: whole kilometres a second are impossible, and so is
 * an athlete whose median speed is a few centimetres a second.
 */
export function isDistanceInMetres(
  activities: readonly {
    readonly distance: number | undefined;
    readonly seconds: number | undefined;
  }[],
): boolean {
  const speeds = activities
    .flatMap(({ distance = 0, seconds = 0 }) =>
      distance > 0 && seconds > 0 ? distance / seconds : [],
    )
    .sort((one, other) => one - other);
  return (speeds[Math.floor(speeds.length / 2)] ?? 0) > 0.1;
}
