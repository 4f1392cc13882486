/**
 * What an athlete granted against what was asked for: which scopes are missing, and what will therefore
 * be absent. Pure. The meaning of each scope:
 * https://developers.strava.com/docs/authentication/#details-about-requesting-access
 */

/** A wanted scope that was not granted, and what that means in plain words. */
export interface MissingScope {
  readonly scope: string;
  readonly consequence: string;
}

/** Scopes that include a smaller one. */
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

/** Scopes come with commas in the redirect, with spaces in the token answer. */
export function splitScopes(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((scope) => scope !== '');
}

/** The wanted scopes that neither stand among the granted ones nor are included in one of them. */
export function missingScopes(
  wanted: readonly string[],
  completed: readonly string[],
): readonly MissingScope[] {
  return wanted
    .filter((scope) => !isComplete(scope, completed))
    .map((scope) => ({
      scope,
      consequence: consequences[scope] ?? 'what it allows cannot be read',
    }));
}

/** Without one of these there is nothing to mirror. */
export function canReadActivities(completed: readonly string[]): boolean {
  return isComplete('activity:read', completed);
}

function isComplete(scope: string, completed: readonly string[]): boolean {
  const wider = widerScopes[scope];
  return completed.includes(scope) || (wider !== undefined && completed.includes(wider));
}
