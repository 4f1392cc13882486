/**
 * What of an athlete's document decides which tasks are due, in one read: the answer about the details, and
 * the states of the athlete's parts and lists and of the parts that Strava gives for no activity.
 */
import { athleteLists } from '../../domain/sync/athlete-lists.ts';
import { athleteParts } from '../../domain/sync/fetch-task.ts';
import type { TaskQuery } from '../../sync/ports/tasks.ts';
import { int64 } from '../base/bson-value.ts';
import type { AthleteDocument, Store } from '../schema/collections.ts';
import { detailsChoiceIn } from './details-choice.ts';

/** A query together with what its athlete's document says; `kept.details` is decided. */
export interface AthleteTaskQuery extends TaskQuery {
  readonly athlete: NonNullable<AthleteDocument['sync']>;
}

const names = ['details_choice', 'closed_parts', ...athleteParts, ...athleteLists];
const projection = Object.fromEntries(names.map((name) => [`sync.${name}`, 1]));

/** Reads nothing where the query needs none of it. */
export async function withAthlete(
  { athletes }: Pick<Store, 'athletes'>,
  query: TaskQuery,
): Promise<AthleteTaskQuery> {
  const { athleteId, kept } = query;
  const { lists = [], parts = [] } = kept;
  const isNeeded =
    kept.details === undefined || kept.athlete || lists.length > 0 || parts.length > 0;
  const found = isNeeded ? await athletes.findOne({ _id: int64(athleteId) }, { projection }) : null;
  const details = kept.details ?? detailsChoiceIn(found)?.is_wanted === true;
  return { ...query, kept: { ...kept, details }, athlete: found?.sync ?? {} };
}
