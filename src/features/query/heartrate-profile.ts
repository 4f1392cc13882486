/**
 * Whose heart rates a question about the training load means, where no parameter says it.
 */
import { Long } from 'mongodb';
import { settingsOfAthlete } from '../../domain/athlete-settings.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import type { Program } from '../../program.ts';
import { heartrateProfile } from '../../queries/heartrate-profile.ts';
import type { Scope } from '../../queries/binding.ts';
import type { ParameterName } from '../../queries/parameters.ts';
import type { QueryOrder } from './options.ts';

/** Whether the parameter is the athlete's where it is not given. */
export function isOfHeartrateProfile(name: ParameterName): boolean {
  return name in heartrateProfile;
}

/**
 * The scope with the athlete's own heart rates, where `given` has no parameter: by this process's settings, else
 * by the athlete's document, which has those of the processes that write, and Strava's own.
 */
export async function withHeartrateProfile(
  { config }: Pick<Program, 'config'>,
  { db }: Pick<Store, 'db'>,
  { recipe, given }: Pick<QueryOrder, 'recipe' | 'given'>,
  scope: Scope,
): Promise<Scope> {
  const absent =
    recipe?.parameters.filter((name) => isOfHeartrateProfile(name) && !given.has(name)) ?? [];
  const athlete = scope['athlete'];
  if (absent.length === 0 || !Long.isLong(athlete)) return scope;
  const project = { $project: { _id: 0, ...heartrateProfile } };
  const found = db.collection('athletes').aggregate([{ $match: { _id: athlete } }, project]);
  const [stored = {}] = await found.toArray();
  const settings = settingsOfAthlete(config.athlete, athlete.toNumber());
  const own: Scope = {
    resting: settings.restingHeartrate,
    highest: settings.maxHeartrate,
    sex: settings.sex,
  };
  const profile = absent.map((name) => [
    name,
    own[name] ?? (stored[name] as unknown) ?? scope[name],
  ]);
  return { ...scope, ...(Object.fromEntries(profile) as Scope) };
}
