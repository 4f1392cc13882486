/**
 * Whether an athlete's details are fetched where no setting decides it: what was answered at a login, or
 * what an import of the bulk export turned on.
 */
import { int64, toNumber } from '../base/bson-value.ts';
import type { AthleteDocument, Store } from '../schema/collections.ts';

export type DetailsChoice = NonNullable<NonNullable<AthleteDocument['sync']>['details_choice']>;

/** Undefined where nothing was answered and nothing imported, and for what another program wrote. */
export function detailsChoiceIn(athlete: AthleteDocument | null): DetailsChoice | undefined {
  const choice = athlete?.sync?.details_choice;
  const isUsable = typeof choice?.is_wanted === 'boolean' && choice.at instanceof Date;
  return isUsable ? choice : undefined;
}

/** @see detailsChoiceIn */
export async function detailsChoiceOf(
  { athletes }: Pick<Store, 'athletes'>,
  athleteId: number,
): Promise<DetailsChoice | undefined> {
  const projection = { 'sync.details_choice': 1 };
  const found = await athletes.findOne({ _id: int64(athleteId) }, { projection });
  return detailsChoiceIn(found);
}

/** Stores an answer, in the place of an earlier one. */
export async function saveDetailsAnswer(
  { athletes }: Pick<Store, 'athletes'>,
  athleteId: number,
  { isWanted, at }: { readonly isWanted: boolean; readonly at: Date },
): Promise<void> {
  const choice: DetailsChoice = { is_wanted: isWanted, source: 'answer', at };
  const $set = { 'sync.details_choice': choice };
  await athletes.updateOne({ _id: int64(athleteId) }, { $set }, { upsert: true });
}

/** Turns the details on after an import. An answer stays as it is. */
export async function turnDetailsOn(
  { athletes }: Pick<Store, 'athletes'>,
  athleteId: number,
  at: Date,
): Promise<void> {
  const choice: DetailsChoice = { is_wanted: true, source: 'import', at };
  await athletes.updateOne(
    { _id: int64(athleteId), 'sync.details_choice': { $exists: false } },
    { $set: { 'sync.details_choice': choice } },
  );
}

/** Whether the details are fetched. The setting wins; undefined is one that nobody set. */
export async function isDetailsWanted(
  store: Pick<Store, 'athletes'>,
  athleteId: number,
  setting: boolean | undefined,
): Promise<boolean> {
  return setting ?? (await detailsChoiceOf(store, athleteId))?.is_wanted === true;
}

/** Those of the athletes whose details are fetched. */
export async function whoseDetailsAreWanted(
  { athletes }: Pick<Store, 'athletes'>,
  athleteIds: readonly number[],
  setting: boolean | undefined,
): Promise<readonly number[]> {
  if (setting !== undefined) return setting ? athleteIds : [];
  const filter = {
    _id: { $in: athleteIds.map(int64) },
    'sync.details_choice.is_wanted': true,
  };
  const found = await athletes.find(filter, { projection: { _id: 1 } }).toArray();
  return found.map(({ _id }) => toNumber(_id));
}
