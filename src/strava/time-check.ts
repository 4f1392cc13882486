/**
 * Asks Strava for the time with a request that no quota counts: the head of the authorize page, whose
 * `Date` header is all that is wanted.
 */
import type { Clock } from '../clock.ts';
import type { Http } from './http.ts';
import type { StravaClock } from './strava-clock.ts';

export interface TimeCheckOptions {
  readonly http: Http;
  readonly clock: Clock;
  readonly stravaClock: StravaClock;
  /** The base URL of OAuth, without a trailing slash. */
  readonly oauthUrl: string;
}

/** Where our clock is suspect, asks; else does nothing. @throws StravaTransientError */
export type TimeCheck = (signal?: AbortSignal) => Promise<void>;

export function createTimeCheck({
  http,
  clock,
  stravaClock,
  oauthUrl,
}: TimeCheckOptions): TimeCheck {
  return async (signal) => {
    if (!stravaClock.isSuspect()) return;
    const sentAtMs = clock.nowMs();
    const answer = await http({
      method: 'HEAD',
      url: `${oauthUrl}/authorize`,
      ...(signal && { signal }),
    });
    const date = answer.headers['date'];
    if (Number.isNaN(Date.parse(date ?? ''))) stravaClock.trust();
    else stravaClock.relearn(date, sentAtMs);
  };
}
