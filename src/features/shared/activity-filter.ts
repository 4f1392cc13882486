/**
 * The options that choose stored activities, with one meaning in every command: --since, --until, --sport
 * and --athlete.
 */
import type { Document } from 'mongodb';
import { nearestName } from '../../config/spelling.ts';
import { commandLine } from '../../domain/invocation.ts';
import { UsageError } from '../../errors.ts';
import { int64 } from '../../mongo/base/bson-value.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import { athletesWithActivities } from '../../mongo/streams/recordings.ts';
import { athleteOf, periodOf } from './period-options.ts';

export interface FilterOptions {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly sport?: string | undefined;
  readonly athlete?: string;
}

export interface ActivityFilter {
  readonly since?: Date;
  readonly until?: Date;
  readonly sport?: string;
  readonly athleteId?: number;
}

/** What to say where nothing is stored. */
export const emptyHint = `There are no activities in the database yet: ${commandLine('auth')} logs you in, and ${commandLine('sync')} fetches them; ${commandLine('import')} takes Strava's bulk export without a login.`;

/** @throws UsageError */
export function filterOf(options: FilterOptions, nowMs: number): ActivityFilter {
  const athleteId = athleteOf(options);
  return {
    ...periodOf(options, nowMs),
    ...(options.sport !== undefined && { sport: options.sport }),
    ...(athleteId !== undefined && { athleteId }),
  };
}

/** The filter with the sport as Strava writes it. @throws UsageError if no stored activity has it. */
export async function withStoredSport(
  { activities }: Store,
  filter: ActivityFilter,
): Promise<ActivityFilter> {
  const { sport } = filter;
  if (sport === undefined) return filter;
  const stored = (await activities.distinct('sport_type')).filter(
    (one): one is string => typeof one === 'string',
  );
  if (stored.length === 0) return filter;
  return { ...filter, sport: knownSport(stored, sport, 'no stored activity') };
}

/**
 * The sport as Strava writes it, among the known ones; `none` says what lacks another.
 * @throws UsageError where it is not among them.
 */
export function knownSport(known: readonly string[], sport: string, none: string): string {
  const found = known.find((one) => one.toLowerCase() === sport.toLowerCase());
  if (found !== undefined) return found;
  const near = nearestName(sport, known);
  const meant = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new UsageError(`--sport: ${none} is a "${sport}".${meant} There are ${known.join(', ')}.`);
}

/** @throws UsageError if athletes are stored, and not this one. */
export async function assertStoredAthlete(store: Store, filter: ActivityFilter): Promise<void> {
  const { athleteId } = filter;
  if (athleteId === undefined) return;
  const known = await athletesWithActivities(store);
  if (known.length === 0 || known.includes(athleteId)) return;
  throw new UsageError(
    `There are no activities of athlete ${athleteId}; there are some of ${known.join(', ')}.`,
  );
}

/** The filter for the collection `activities`. */
export function matchOf({ since, until, sport, athleteId }: ActivityFilter): Document {
  const start = { ...(since && { $gte: since }), ...(until && { $lte: until }) };
  return {
    ...(athleteId !== undefined && { 'sync.athlete_id': int64(athleteId) }),
    ...(sport !== undefined && { sport_type: sport }),
    ...((since ?? until) && { start_date: start }),
  };
}
