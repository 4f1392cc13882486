/**
 * What the rate-limit headers say (https://developers.strava.com/docs/rate-limits/): "<15 min>,<day>",
 * the read limits where they are sent, else the overall ones. Absent or unreadable, they say nothing.
 */
import type { HeaderCount } from '../domain/rate-limit/quota-feedback.ts';
import type { WindowKind } from '../domain/rate-limit/quota-state.ts';

export function readRateHeaders(
  headers: Readonly<Record<string, string | undefined>>,
): Readonly<Record<WindowKind, HeaderCount>> | undefined {
  return (
    countsOf(headers['x-readratelimit-limit'], headers['x-readratelimit-usage']) ??
    countsOf(headers['x-ratelimit-limit'], headers['x-ratelimit-usage'])
  );
}

function countsOf(
  limits: string | undefined,
  usages: string | undefined,
): Readonly<Record<WindowKind, HeaderCount>> | undefined {
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
