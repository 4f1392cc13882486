/**
 * What only you can do, one sentence each; and what a grant leaves out.
 */
import { missingScopes } from '../../domain/auth/scope.ts';
import type { DeauthorizedAthlete } from '../../mongo/athletes/deauthorized.ts';
import type { AthleteOverview } from './store.ts';
import { instant, number } from '../shared/text-format.ts';

/** The sentences of `status`. */
export function actionRequiredOf(
  athletes: readonly AthleteOverview[],
  departed: readonly DeauthorizedAthlete[],
): readonly string[] {
  const gone = departed.map(
    ({ athleteId, at }) =>
      `Athlete ${athleteId} withdrew the access at Strava on ${instant(at)}; the data is kept. Run: npm run auth, or npm run erase -- --athlete ${athleteId}`,
  );
  if (athletes.length === 0) return ['Nobody has logged in yet. Run: npm run auth', ...gone];
  return [...athletes.flatMap(actionRequiredOfAthlete), ...gone];
}

function actionRequiredOfAthlete(athlete: AthleteOverview): readonly string[] {
  const { athleteId, name, needsAuthorization, rejectedDeletions } = athlete;
  const who = `${name || 'Athlete'} (${athleteId})`;
  return [
    ...(needsAuthorization === undefined
      ? []
      : [`${who} has to log in again: ${needsAuthorization}. Run: npm run auth`]),
    ...(rejectedDeletions === undefined ? [] : [deletionsOf(who, rejectedDeletions)]),
  ];
}

function deletionsOf(
  who: string,
  { missing, stored, reason }: NonNullable<AthleteOverview['rejectedDeletions']>,
): string {
  const found = `${number(missing)} of ${number(stored)} activities of ${who} are missing from Strava's list; none was removed`;
  const accept = 'npm run verify -- --accept-deletions';
  return reason === 'scope'
    ? `${found}, because without activity:read_all a private one looks the same. Run: npm run auth, or to remove what Strava confirms gone: ${accept}`
    : `${found}, because they are so many. If you deleted them, run: ${accept}`;
}

/** What the grant leaves out, one sentence each; none where its scope is not known. */
export function scopeGapsOf(
  { scope }: AthleteOverview,
  wanted: readonly string[],
): readonly string[] {
  if (scope === undefined) return [];
  return missingScopes(wanted, scope).map(
    ({ scope: name, consequence }) => `without ${name}, ${consequence}`,
  );
}
