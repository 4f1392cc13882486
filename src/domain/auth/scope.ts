/**
 * Compares the scopes that an athlete granted with those requested. The meaning of each scope:
 * https://developers.strava.com/docs/authentication/#details-about-requesting-access
 */

/** A requested scope that was not granted, and the consequence in plain words. */
export interface MissingScope {
  readonly scope: string;
  readonly consequence: string;
}

/** For each scope, the wider one that includes it. */
const widerScopes: Readonly<Record<string, string>> = {
  read: 'read_all',
  'activity:read': 'activity:read_all',
};

const consequences: Readonly<Record<string, string>> = {
  read: 'segments, routes and public profiles cannot be read',
  read_all: 'private segments, routes and events cannot be read',
  'profile:read_all':
    'details of the profile, such as weight, FTP, gear and heart rate zones, are absent',
  'profile:write': 'the profile cannot be changed',
  'activity:read': 'no activity at all can be read',
  'activity:read_all':
    'private activities are absent, and points inside privacy zones are cut from all others',
  'activity:write': 'activities cannot be changed',
};

/** Scopes come separated by commas in the redirect, by spaces in the token response. */
export function splitScopes(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((scope) => scope !== '');
}

/** The requested scopes that are neither granted nor included in a granted one. */
export function missingScopes(
  requested: readonly string[],
  granted: readonly string[],
): readonly MissingScope[] {
  return requested
    .filter((scope) => !isIncluded(scope, granted))
    .map((scope) => ({
      scope,
      consequence: consequences[scope] ?? 'the data of this scope cannot be read',
    }));
}

/** Whether there is anything to mirror. */
export function canReadActivities(granted: readonly string[]): boolean {
  return isIncluded('activity:read', granted);
}

function isIncluded(scope: string, granted: readonly string[]): boolean {
  const wider = widerScopes[scope];
  return granted.includes(scope) || (wider !== undefined && granted.includes(wider));
}
