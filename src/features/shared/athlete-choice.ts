/**
 * Chooses the athletes of a command.
 */
import { commandLine } from '../../domain/invocation.ts';
import { NoAthleteError, UsageError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { assertOwnAthlete, otherLogins } from '../../mongo/tokens/other-applications.ts';
import { describeNoAthlete } from './other-applications.ts';

/**
 * All athletes who have logged in with the application, or only `wanted`.
 * @throws NoAthleteError, OtherApplicationError where the login of `wanted` is another application's.
 */
export async function chooseAthletes(
  { athletes, store, application }: Database,
  wanted?: number,
): Promise<readonly number[]> {
  if (wanted !== undefined) await assertOwnAthlete(store, application, wanted);
  const known = await athletes.athleteIds();
  if (known.length === 0)
    throw new NoAthleteError(describeNoAthlete(application, await otherLogins(store, application)));
  if (wanted === undefined) return known;
  if (known.includes(wanted)) return [wanted];
  throw new NoAthleteError(
    `Athlete ${wanted} has not logged in; known are ${known.join(', ')}. Run: ${commandLine('auth')}`,
  );
}

/** The only athlete, or `wanted`. @throws UsageError if several have logged in, NoAthleteError */
export async function chooseAthlete(database: Database, wanted?: number): Promise<number> {
  const [athleteId, ...others] = await chooseAthletes(database, wanted);
  if (athleteId !== undefined && others.length === 0) return athleteId;
  throw new UsageError(
    `Several athletes have logged in: ${[athleteId, ...others].join(', ')}. Name one with --athlete ID.`,
  );
}
