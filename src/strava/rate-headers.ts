/**
 * Reads the rate-limit headers (https://developers.strava.com/docs/rate-limits/), "<15 min>,<day>": the
 * read limits if they are sent, else the overall ones. Ignores absent and unreadable headers.
 */
import type { HeaderCount } from '../domain/rate-limit/quota-feedback.ts';
import type { WindowKind } from '../domain/rate-limit/quota-state.ts';

type Counts = Readonly<Record<WindowKind, HeaderCount>>;

export function readRateHeaders(
  headers: Readonly<Record<string, string | undefined>>,
): Counts | undefined {
  return (
    countsOf(headers['x-readratelimit-limit'], headers['x-readratelimit-usage']) ??
    countsOf(headers['x-ratelimit-limit'], headers['x-ratelimit-usage'])
  );
}

function countsOf(limits: string | undefined, usages: string | undefined): Counts | undefined {
  const limit = pairOf(limits);
  const usage = pairOf(usages);
  if (limit === undefined || usage === undefined) return undefined;
  if (limit[0] < 1 || limit[1] < 1) return undefined;
  return {
    short: { limit: limit[0], usage: usage[0] },
    daily: { limit: limit[1], usage: usage[1] },
  };
}

function pairOf(text: string | undefined): readonly [number, number] | undefined {
  const [, short, daily] = /^\s*(\d{1,9})\s*,\s*(\d{1,9})\s*$/.exec(text ?? '') ?? [];
  return short === undefined || daily === undefined ? undefined : [Number(short), Number(daily)];
}
