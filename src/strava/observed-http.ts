/**
 * Tells an observer of each exchange with Strava: what it was for and how it ended. It changes nothing
 * about the exchange, and names no id, token or address.
 */
import type { Http, HttpRequest } from './http.ts';

/** How an exchange ended; `unanswered` is one without a complete answer. */
export type ExchangeOutcome =
  'ok' | 'unauthorized' | 'not_found' | 'rate_limited' | 'rejected' | 'failed' | 'unanswered';

export interface Exchange {
  /** What it was for, one of a few names. */
  readonly endpoint: string;
  readonly outcome: ExchangeOutcome;
}

export type ExchangeObserver = (exchange: Exchange) => void;

/** By the end of the path; https://developers.strava.com/docs/reference/ */
const endpoints: readonly (readonly [string, RegExp])[] = [
  ['list', /\/athlete\/activities$/],
  ['streams', /\/activities\/\d+\/streams$/],
  ['activity', /\/activities\/\d+$/],
  ['segment', /\/segments\/\d+$/],
  ['segment_streams', /\/segments\/\d+\/streams$/],
  ['athlete', /\/athlete$/],
  ['athlete_zones', /\/athlete\/zones$/],
  ['athlete_stats', /\/athletes\/\d+\/stats$/],
  ['gear', /\/gear\/[^/]+$/],
  ['token', /\/token$/],
  ['revoke', /\/revoke$/],
  ['time', /\/authorize$/],
];

export function observeHttp(http: Http, observe: ExchangeObserver): Http {
  return async (request) => {
    let outcome: ExchangeOutcome = 'unanswered';
    try {
      const answer = await http(request);
      outcome = outcomeOf(answer.status);
      return answer;
    } finally {
      observe({ endpoint: endpointOf(request), outcome });
    }
  };
}

/** `other` where it is none that this program is known to use. */
function endpointOf({ url }: HttpRequest): string {
  const { pathname } = new URL(url);
  return endpoints.find(([, pattern]) => pattern.test(pathname))?.[0] ?? 'other';
}

const byStatus: ReadonlyMap<number, ExchangeOutcome> = new Map([
  [401, 'unauthorized'],
  [404, 'not_found'],
  [429, 'rate_limited'],
]);

function outcomeOf(status: number): ExchangeOutcome {
  if (status >= 200 && status < 300) return 'ok';
  return byStatus.get(status) ?? (status >= 400 && status < 500 ? 'rejected' : 'failed');
}
