/**
 * The options that choose stored activities, with one meaning in every command: --since, --until, --sport,
 * --country, --place and --athlete.
 */
import type { Document } from 'mongodb';
import { nearestName } from '../../config/spelling.ts';
import { commandLine } from '../../domain/invocation.ts';
import { UsageError } from '../../errors.ts';
import { int64 } from '../../mongo/base/bson-value.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import { countryCodeOf, countryNames, isSameName } from '../../queries/countries.ts';
import { athletesWithActivities } from '../../mongo/streams/recordings.ts';
import { athleteOf, periodOf } from './period-options.ts';

export interface FilterOptions {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly sport?: string | undefined;
  readonly country?: string | undefined;
  readonly place?: string | undefined;
  readonly athlete?: string;
}

export interface ActivityFilter {
  readonly since?: Date;
  readonly until?: Date;
  readonly sport?: string;
  /** ISO 3166-1 alpha-2, of the start. */
  readonly countryCode?: string;
  /** The city or region of the start, in each spelling. */
  readonly places?: readonly string[];
  readonly athleteId?: number;
}

/** What to say where nothing is stored. */
export const emptyHint = `There are no activities in the database yet: ${commandLine('auth')} logs you in, and ${commandLine('sync')} fetches them; ${commandLine('import')} takes Strava's bulk export without a login.`;

/** @throws UsageError */
export function filterOf(options: FilterOptions, nowMs: number): ActivityFilter {
  const athleteId = athleteOf(options);
  const { sport, country, place } = options;
  for (const [name, text] of Object.entries({ sport, country, place }))
    if (text?.trim() === '')
      throw new UsageError(`--${name} is empty. Name one, or leave the option out.`);
  return {
    ...periodOf(options, nowMs),
    ...(sport !== undefined && { sport }),
    ...(country !== undefined && { countryCode: knownCountry(country) }),
    ...(place !== undefined && { places: [place] }),
    ...(athleteId !== undefined && { athleteId }),
  };
}

/** @throws UsageError */
function knownCountry(country: string): string {
  const code = countryCodeOf(country);
  if (code !== undefined) return code;
  const meant = meantText(nearestName(country, countryNames()));
  throw new UsageError(
    `--country takes a country, as its code or English name; not "${country}".${meant}`,
  );
}

/**
 * The filter with the sport and the places as they are stored.
 * @throws UsageError if no stored activity has them.
 */
export async function withStoredNames(
  store: Store,
  filter: ActivityFilter,
): Promise<ActivityFilter> {
  return withStoredPlaces(store, await withStoredSport(store, filter));
}

async function withStoredSport(
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
  const meant = meantText(near);
  throw new UsageError(`--sport: ${none} is a "${sport}".${meant} There are ${known.join(', ')}.`);
}

function meantText(near: string | undefined): string {
  return near === undefined ? '' : ` Did you mean ${near}?`;
}

async function withStoredPlaces(
  { activities }: Store,
  filter: ActivityFilter,
): Promise<ActivityFilter> {
  const [place] = filter.places ?? [];
  if (place === undefined || (await activities.estimatedDocumentCount()) === 0) return filter;
  const names = await Promise.all(
    ['derived.place.city', 'derived.place.region'].map((key) => activities.distinct(key)),
  );
  const stored = names.flat().filter((name): name is string => typeof name === 'string');
  const places = stored.filter((name) => isSameName(name, place));
  if (places.length > 0) return { ...filter, places };
  const near = nearestName(place, stored) ?? stored.find((name) => isPartOf(name, place));
  throw new UsageError(`--place: no stored activity starts in "${place}".${meantText(near)}`);
}

function isPartOf(name: string, part: string): boolean {
  return part.trim() !== '' && name.toLowerCase().includes(part.trim().toLowerCase());
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
export function matchOf(filter: ActivityFilter): Document {
  const { since, until, athleteId } = filter;
  const start = { ...(since && { $gte: since }), ...(until && { $lte: until }) };
  return {
    ...(athleteId !== undefined && { 'sync.athlete_id': int64(athleteId) }),
    ...namesMatchOf(filter),
    ...((since ?? until) && { start_date: start }),
  };
}

/** The part of {@link matchOf} about the sport, the country and the place. */
export function namesMatchOf({ sport, countryCode, places }: ActivityFilter): Document {
  const within = places && { $in: places };
  return {
    ...(sport !== undefined && { sport_type: sport }),
    ...(countryCode !== undefined && { 'derived.place.country_code': countryCode }),
    ...(within && {
      $and: [{ $or: [{ 'derived.place.city': within }, { 'derived.place.region': within }] }],
    }),
  };
}
