/** Whether Strava can be reached, and whether the clocks agree. It costs no request of the quota. */
import type { Clock } from '../../clock.ts';
import type { Http } from '../../strava/http.ts';
import { reportedOffsetMs, requestTime } from '../../strava/strava-clock.ts';
import type { Finding } from './check.ts';

export interface StravaCheck {
  readonly http: Http;
  readonly oauthUrl: string;
  readonly clock: Clock;
}

/** @throws StravaTransientError without a response, StravaRejectedError. */
export async function checkStrava(
  { http, oauthUrl, clock }: StravaCheck,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const sentAtMs = clock.nowMs();
  const { status, date } = await requestTime(http, oauthUrl, signal);
  const exchange = { sentAtMs, receivedAtMs: clock.nowMs() };
  return [assessReach(new URL(oauthUrl).host, status), assessClock(date, exchange)];
}

function assessReach(host: string, status: number): Finding {
  if (status < 500) return { mark: 'ok', found: `${host} answers.` };
  return {
    mark: 'failed',
    found: `${host} returned ${status}.`,
    advice: 'Strava, or a proxy before it, has a problem: see https://status.strava.com.',
  };
}

export interface Exchange {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** A `Date` header names whole seconds, so the smallest difference that explains it counts. */
export function assessClock(date: string | undefined, exchange: Exchange): Finding {
  const dateMs = Date.parse(date ?? '');
  if (Number.isNaN(dateMs)) return { mark: 'skipped', found: 'Strava did not name its time.' };
  const minAheadMs = exchange.sentAtMs - (dateMs + 999);
  const minBehindMs = dateMs - exchange.receivedAtMs;
  const offMs = Math.max(minAheadMs, minBehindMs, 0);
  if (offMs < reportedOffsetMs)
    return { mark: 'ok', found: "This machine's clock agrees with Strava's." };
  const side = minAheadMs > 0 ? 'ahead of' : 'behind';
  return {
    mark: 'warning',
    found: `This machine's clock is ${Math.round(offMs / 1_000)} s ${side} Strava's.`,
    advice: 'Let it be set from the network (NTP).',
  };
}
