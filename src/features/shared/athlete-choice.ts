/**
 * Chooses the athletes of a command.
 */
import { NoAthleteError, UsageError } from '../../errors.ts';
import type { Database } from '../../main.ts';

/** All athletes who have logged in, or only `wanted`. @throws NoAthleteError */
export async function chooseAthletes(
  { athletes }: Database,
  wanted?: number,
): Promise<readonly number[]> {
  const known = await athletes.athleteIds();
  if (known.length === 0) throw new NoAthleteError('Nobody has logged in yet. Run: npm run auth');
  if (wanted === undefined) return known;
  if (known.includes(wanted)) return [wanted];
  throw new NoAthleteError(
    `Athlete ${wanted} has not logged in; known are ${known.join(', ')}. Run: npm run auth`,
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
