/**
 * Strava's addresses: which path is which endpoint, and which ids it names.
 */
import type { Endpoint } from './request-log.ts';

export interface Address {
  readonly endpoint: Endpoint;
  /** The part of the path that varies, or an empty text. */
  readonly id: string;
}

const addresses: readonly (readonly [Endpoint, string, RegExp])[] = [
  ['authorize', 'GET', /^\/oauth\/(?:mobile\/)?authorize$/],
  ['token', 'POST', /^(?:\/api\/v3)?\/oauth\/token$/],
  ['revoke', 'POST', /^\/oauth\/revoke$/],
  ['deauthorize', 'POST', /^\/oauth\/deauthorize$/],
  ['athlete', 'GET', /^\/api\/v3\/athlete$/],
  ['athlete-zones', 'GET', /^\/api\/v3\/athlete\/zones$/],
  ['list', 'GET', /^\/api\/v3\/athlete\/activities$/],
  ['stats', 'GET', /^\/api\/v3\/athletes\/(\d+)\/stats$/],
  ['saved-routes', 'GET', /^\/api\/v3\/athletes\/(\d+)\/routes$/],
  ['starred-segments', 'GET', /^\/api\/v3\/segments\/starred$/],
  ['gear', 'GET', /^\/api\/v3\/gear\/(\w+)$/],
  ['activity', 'GET', /^\/api\/v3\/activities\/(\d+)$/],
  ['streams', 'GET', /^\/api\/v3\/activities\/(\d+)\/streams$/],
  ['laps', 'GET', /^\/api\/v3\/activities\/(\d+)\/laps$/],
  ['activity-zones', 'GET', /^\/api\/v3\/activities\/(\d+)\/zones$/],
  ['kudos', 'GET', /^\/api\/v3\/activities\/(\d+)\/kudos$/],
  ['comments', 'GET', /^\/api\/v3\/activities\/(\d+)\/comments$/],
  ['photos', 'GET', /^\/api\/v3\/activities\/(\d+)\/photos$/],
  ['photo-file', 'GET', /^\/photos\/(\w+)\.gif$/],
  ['segment', 'GET', /^\/api\/v3\/segments\/(\d+)$/],
  ['segment-streams', 'GET', /^\/api\/v3\/segments\/(\d+)\/streams$/],
  ['subscriptions', 'GET', /^\/api\/v3\/push_subscriptions$/],
  ['subscriptions', 'POST', /^\/api\/v3\/push_subscriptions$/],
  ['subscriptions', 'DELETE', /^\/api\/v3\/push_subscriptions\/(\d+)$/],
];

const parts: Readonly<Record<Endpoint, Part>> = {
  authorize: 'oauth',
  token: 'oauth',
  revoke: 'oauth',
  deauthorize: 'oauth',
  subscriptions: 'subscriptions',
  athlete: 'athlete',
  'athlete-zones': 'athlete',
  stats: 'athlete',
  'saved-routes': 'athlete',
  'starred-segments': 'athlete',
  gear: 'athlete',
  list: 'list',
  activity: 'activity',
  streams: 'activity',
  laps: 'activity',
  'activity-zones': 'activity',
  kudos: 'activity',
  comments: 'activity',
  photos: 'activity',
  'photo-file': 'files',
  segment: 'segment',
  'segment-streams': 'segment',
  unknown: 'none',
};

/** The part of Strava that responds; only requests with an access token count against the quota. */
export type Part =
  'oauth' | 'subscriptions' | 'files' | 'athlete' | 'segment' | 'activity' | 'list' | 'none';

/** The endpoint of a request; `unknown` for a path that Strava does not have. */
export function findAddress(method: string, path: string): Address {
  for (const [endpoint, itsMethod, pattern] of addresses) {
    const match = itsMethod === method ? pattern.exec(path) : null;
    if (match !== null) return { endpoint, id: match[1] ?? '' };
  }
  return { endpoint: 'unknown', id: '' };
}

/** The activity that an address names, if it names one. */
export function activityIdOf({ endpoint, id }: Address): number | null {
  return partOf(endpoint) === 'activity' ? Number(id) : null;
}

/** The part of Strava that an endpoint belongs to. */
export function partOf(endpoint: Endpoint): Part {
  return parts[endpoint];
}
