/**
 * The actions that only you can take, and the scopes that a grant leaves out: one sentence each.
 */
import { missingScopes } from '../../../domain/auth/scope.ts';
import { commandLine } from '../../../domain/invocation.ts';
import type { DeauthorizedAthlete } from '../../../mongo/athletes/deauthorized.ts';
import { erasureOf } from '../../../mongo/athletes/erasing.ts';
import type { AthleteOverview, ImportedAthlete } from './store.ts';
import type { Application } from '../../../mongo/schema/definitions/application.ts';
import type { OtherLogins } from '../../../mongo/tokens/other-applications.ts';
import { describeNoAthlete } from '../other-applications.ts';
import { counted, instant, number } from '../text/text-format.ts';

type AthleteProblems = Pick<
  AthleteOverview,
  'athleteId' | 'name' | 'needsAuthorization' | 'rejectedDeletions'
>;

/** The sentences of `status` about the athletes. */
export function actionRequiredOf(
  athletes: readonly AthleteProblems[],
  deauthorized: readonly DeauthorizedAthlete[],
): readonly string[] {
  const gone = deauthorized.map(
    ({ athleteId, at }) =>
      `Athlete ${athleteId} withdrew the access at Strava on ${instant(at)}; the data is kept. Run: ${commandLine('auth')}, or ${commandLine('erase', '--athlete', String(athleteId))}`,
  );
  return [...athletes.flatMap(actionRequiredOfAthlete), ...gone];
}

/** Who has to log in, by what is stored. */
export interface LoginsFound {
  readonly athletes: readonly AthleteOverview[];
  readonly others: OtherLogins;
  readonly imported: readonly ImportedAthlete[];
}

/** That nobody has logged in is said once: where activities came from an export, their sentence says it. */
export function loginsNeeded(
  application: Application,
  { athletes, others, imported }: LoginsFound,
): readonly string[] {
  const isSaid = imported.length > 0 && others.athletes === 0;
  return [
    ...(athletes.length > 0 || isSaid ? [] : [describeNoAthlete(application, others)]),
    ...importedTexts(imported),
  ];
}

/** One sentence for each athlete whose activities no sync keeps current. */
function importedTexts(imported: readonly ImportedAthlete[]): readonly string[] {
  return imported.map(
    ({ athleteId, activities }) =>
      `${counted(activities, 'activity', 'activities')} of athlete ${athleteId} came from an export, and nobody has logged in to keep them current. Run: ${commandLine('auth')}`,
  );
}

function actionRequiredOfAthlete(athlete: AthleteProblems): readonly string[] {
  const { athleteId, name, needsAuthorization, rejectedDeletions } = athlete;
  const label = `${name || 'Athlete'} (${athleteId})`;
  return [
    ...(needsAuthorization === undefined ? [] : loginTexts(athleteId, label, needsAuthorization)),
    ...(rejectedDeletions === undefined ? [] : [deletionsOf(label, rejectedDeletions)]),
  ];
}

function loginTexts(athleteId: number, label: string, reason: string): readonly string[] {
  switch (erasureOf(reason)) {
    case 'releasing':
      return [];
    case 'erasing':
      return [
        `The erasure of ${label} is under way or was interrupted. If none is running, run: ${commandLine('erase', '--athlete', String(athleteId))}`,
      ];
    case undefined:
      return [`${label} has to log in again: ${reason}. Run: ${commandLine('auth')}`];
  }
}

function deletionsOf(
  label: string,
  { missing, stored, reason }: NonNullable<AthleteOverview['rejectedDeletions']>,
): string {
  const found = `${number(missing)} of ${number(stored)} activities of ${label} are missing from Strava's list; none was removed`;
  const accept = commandLine('verify', '--accept-deletions');
  return reason === 'scope'
    ? `${found}, because without activity:read_all a private one looks the same. Run: ${commandLine('auth')}, or to remove what Strava confirms gone: ${accept}`
    : `${found}, because they are so many. If you deleted them, run: ${accept}`;
}

/** The scopes that the grant leaves out, one sentence each; none if its scope is not known. */
export function scopeGapsOf(
  { scope }: Pick<AthleteOverview, 'scope'>,
  wanted: readonly string[],
): readonly string[] {
  if (scope === undefined) return [];
  return missingScopes(wanted, scope).map(
    ({ scope: name, consequence }) => `without ${name}, ${consequence}`,
  );
}
