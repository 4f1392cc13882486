/**
 * Durations as text: strict for settings (`15m`), and in words ("1 day 4 hours"). Calendars play no
 * part: a day has 24 hours.
 */

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The units of settings besides milliseconds, largest first. */
const settingUnits: readonly (readonly [suffix: string, unitMs: number])[] = [
  ['d', dayMs],
  ['h', hourMs],
  ['m', minuteMs],
  ['s', secondMs],
];
const unitsMs = new Map([...settingUnits, ['ms', 1]]);

/** Largest first. */
const wordedUnits: readonly (readonly [name: string, unitMs: number])[] = [
  ['day', dayMs],
  ['hour', hourMs],
  ['minute', minuteMs],
  ['second', secondMs],
];

/**
 * Milliseconds of a text such as `500ms`, `5s`, `15m`, `24h` or `90d`; undefined for anything else:
 * no unit, a fraction, a sign, a space, or more than a number can hold exactly.
 */
export function parseDuration(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(0|[1-9]\d*)(ms|s|m|h|d)$/.exec(text) ?? [];
  const unitMs = unitsMs.get(unit);
  if (unitMs === undefined) return undefined;
  const ms = Number(count) * unitMs;
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/**
 * The shortest text that {@link parseDuration} parses into the same milliseconds: `15m`, not `900s`.
 * @throws RangeError where `ms` is negative or not a safe integer.
 */
export function writeDuration(ms: number): string {
  if (!Number.isSafeInteger(ms) || ms < 0) {
    throw new RangeError(`${ms} is not a whole number of milliseconds`);
  }
  if (ms === 0) return '0s';
  for (const [suffix, unitMs] of settingUnits) {
    if (ms % unitMs === 0) return `${ms / unitMs}${suffix}`;
  }
  return `${ms}ms`;
}

/**
 * Milliseconds in words, in the two largest units and rounded to the smaller: "1 day 4 hours",
 * "14 minutes", "45 seconds". Zero and less is "0 seconds".
 */
export function formatDuration(ms: number): string {
  const wholeMs = Math.round(ms);
  if (wholeMs < 1) return '0 seconds';
  if (wholeMs < secondMs) return countOf(wholeMs, 'millisecond');
  const smallestMs = smallestUnitMs(wholeMs);
  let restMs = Math.round(wholeMs / smallestMs) * smallestMs;
  const parts: string[] = [];
  for (const [name, unitMs] of wordedUnits) {
    const count = Math.floor(restMs / unitMs);
    restMs -= count * unitMs;
    if (count > 0) parts.push(countOf(count, name));
  }
  return parts.join(' ');
}

function smallestUnitMs(ms: number): number {
  if (ms >= dayMs) return hourMs;
  return ms >= hourMs ? minuteMs : secondMs;
}

function countOf(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
