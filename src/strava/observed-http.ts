/**
 * Reports each exchange with Strava to an observer: its endpoint and its outcome. It does not change the
 * exchange, and reports no id, token or address.
 */
import type { Logger } from 'pino';
import type { Http } from './http.ts';

/** How an exchange ended; `unanswered` is one without a complete response. */
export type ExchangeOutcome =
  'ok' | 'unauthorized' | 'not_found' | 'rate_limited' | 'rejected' | 'failed' | 'unanswered';

export interface Exchange {
  /** One of a few names; `other` for an unknown path. */
  readonly endpoint: string;
  readonly outcome: ExchangeOutcome;
}

export type ExchangeObserver = (exchange: Exchange) => void;

/** By the end of the path; https://developers.strava.com/docs/reference/ */
const endpoints: readonly (readonly [string, RegExp])[] = [
  ['list', /\/athlete\/activities$/],
  ['streams', /\/activities\/\d+\/streams$/],
  ['activity', /\/activities\/\d+$/],
  ['activity_zones', /\/activities\/\d+\/zones$/],
  ['kudos', /\/activities\/\d+\/kudos$/],
  ['comments', /\/activities\/\d+\/comments$/],
  ['photos', /\/activities\/\d+\/photos$/],
  ['saved_routes', /\/athletes\/\d+\/routes$/],
  ['starred_segments', /\/segments\/starred$/],
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

/** An observer that logs each exchange as a debug line, and tells the other one. */
export function loggingExchanges(log: Logger, observe?: ExchangeObserver): ExchangeObserver {
  return (exchange) => {
    log.debug(exchange, 'Request to Strava.');
    observe?.(exchange);
  };
}

export function observeHttp(http: Http, observe: ExchangeObserver): Http {
  return async (request) => {
    let outcome: ExchangeOutcome = 'unanswered';
    try {
      const response = await http(request);
      outcome = outcomeOf(response.status);
      return response;
    } finally {
      const { pathname } = new URL(request.url);
      const endpoint = endpoints.find(([, pattern]) => pattern.test(pathname))?.[0] ?? 'other';
      observe({ endpoint, outcome });
    }
  };
}

function outcomeOf(status: number): ExchangeOutcome {
  if (status >= 200 && status < 300) return 'ok';
  if (status === 401) return 'unauthorized';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limited';
  return status >= 400 && status < 500 ? 'rejected' : 'failed';
}
