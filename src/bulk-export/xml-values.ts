/**
 * Values of TCX and GPX elements.
 */

const dateTime =
  /^(\d{4})-(\d\d?)-(\d\d?)[T ](\d\d?):(\d\d):(\d\d)(?:[.,]\d*)?(?:Z|([+-])(\d\d):?(\d\d)?)?$/i;

/** Unix seconds, without the fraction; a time without an offset is UTC. NaN where it is none. */
export function parseTime(text: string): number {
  const match = dateTime.exec(text.trim());
  if (match === null) return NaN;
  const number = (group: number): number => Number(match[group] ?? 0);
  const [month, day, hour] = [number(2), number(3), number(4)];
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 24;
  if (!isDate || number(5) > 59 || number(6) > 60) return NaN;
  const utc = Date.UTC(number(1), month - 1, day, hour, number(5), number(6)) / 1000;
  const offset = number(8) * 3600 + number(9) * 60;
  return match[7] === '-' ? utc + offset : utc - offset;
}

/** NaN for an empty element and for what is no number. */
export function parseNumber(text: string | undefined): number {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? NaN : Number(trimmed);
}
