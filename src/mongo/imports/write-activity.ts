/**
 * Writes one activity of an export together with its recording. The parts of the recording come first, the
 * activity last and in one step: cut off in between, an import leaves parts that the next run replaces, and
 * an activity that is as it was or, where a recording is being replaced, pending.
 */
import type { Filter } from 'mongodb';
import { planRecording } from '../../domain/bulk-export/recording-plan.ts';
import type { RecordingPlan } from '../../domain/bulk-export/recording-plan.ts';
import { hourMs } from '../../domain/duration.ts';
import { storageProblemOf } from '../base/bson-limits.ts';
import { int64, jsonFromBson, toNumber } from '../base/bson-value.ts';
import { isDuplicateKey, validationFailureOf } from '../base/failures.ts';
import { removeTombstone, tombstonesOf } from '../history/tombstones.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import { pendingState } from '../schema/fetch-state-queries.ts';
import { writeRoutedDerivation } from '../streams/routed-derivation.ts';
import { hasPartsOf, leaseLost, removeParts, writeParts } from '../streams/stream-parts.ts';
import { fieldsOf } from './exported-summary.ts';
import type { ActivityImportWrite, ImportedActivity, ImportOutcome } from './import-store.ts';
import type { ImportStep, ImportTarget } from './imported-values.ts';
import { geometriesOf, valuesOf } from './imported-values.ts';
import type { StoredActivity } from './stored-imports.ts';
import { storedActivitiesOf } from './stored-imports.ts';

/** Somebody else wrote in between; under the athlete's lease that is rare. */
const maxTries = 5;

/** @throws LeaseLostError when the activity was written under a newer lease. */
export async function writeActivity(
  store: ImportTarget,
  write: ActivityImportWrite,
  imported: ImportedActivity,
): Promise<ImportOutcome> {
  const { id, fields, row } = imported.activity;
  const problem = storageProblemOf({ fields, row });
  if (problem !== undefined) return { rejected: problem };
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const current = (await storedActivitiesOf(store, [id])).get(id);
    if (current !== undefined && current.sync.epoch > write.epoch) throw leaseLost(id);
    const outcome = await writeBeside(store, { write, imported, current });
    if (outcome !== undefined) return outcome;
  }
  return { rejected: 'the stored document is not as Domestique writes it' };
}

/** Undefined where the stored activity is no longer the one that was looked at. */
async function writeBeside(
  store: ImportTarget,
  step: ImportStep,
): Promise<ImportOutcome | undefined> {
  const { write, imported, current } = step;
  const { activity, export: facts, recording } = imported;
  if (current === undefined && (await staysDeleted(store, activity.id, facts.archivedAt))) {
    await removeOrphans(store, write, activity.id);
    return 'deleted';
  }
  const stored = current?.export;
  if (current !== undefined && toNumber(current.sync.athlete_id) !== write.athleteId)
    return 'foreign';
  if (stored !== undefined && stored.archived_at > facts.archivedAt) return 'unchanged';
  const plan = planOf(step);
  const isOfApi = current !== undefined && current.sync.streams.source !== 'export';
  const isApiKept = plan === 'keep' && recording.kind === 'streams' && isOfApi;
  if (plan === 'keep' && stored?.digest === facts.digest)
    return isApiKept ? 'keptApi' : 'unchanged';
  const written = await putAll(store, step, plan);
  if (typeof written === 'string') return writeActivity(store, write, unusable(imported, written));
  if (!written) return undefined;
  if (current === undefined) return 'added';
  return isApiKept ? 'keptApi' : 'changed';
}

/** The same import, its recording left to the API. */
function unusable(imported: ImportedActivity, reason: string): ImportedActivity {
  const recording = { kind: 'pending', reason } as const;
  return { ...imported, recording, export: { ...imported.export, problem: reason } };
}

/** What expired, and what was deleted before the archive was made, may come again. */
async function staysDeleted(store: Store, activityId: number, archivedAt: Date): Promise<boolean> {
  const tombstone = (await tombstonesOf(store, [activityId])).get(activityId);
  if (tombstone === undefined) return false;
  if (tombstone.why === 'deleted' && tombstone.at > archivedAt) return true;
  await removeTombstone(store, { activityId, at: tombstone.at });
  return false;
}

/** What an import that was cut off before the deletion had written. */
async function removeOrphans(
  { streams }: Store,
  { athleteId, epoch }: ActivityImportWrite,
  activityId: number,
): Promise<void> {
  const ours = { activity_id: int64(activityId), athlete_id: int64(athleteId) };
  await streams.deleteMany({ ...ours, epoch: { $lte: epoch } });
}

function planOf({ write: { prefer }, imported, current }: ImportStep): RecordingPlan {
  const { activity, recording, export: facts } = imported;
  return planRecording({
    kind: recording.kind,
    row: activity.fields,
    prefer,
    stored: current && {
      state: current.sync.streams.state,
      reason: current.sync.streams.reason,
      source: current.sync.streams.source ?? 'api',
      record: current.sync.source === 'export' ? undefined : numbersOf(current),
      earlierRow: current.export && fieldsOf(current.export),
      isSameImport: current.export?.digest === facts.digest,
    },
  });
}

function numbersOf({ elapsed_time, distance }: StoredActivity) {
  return { elapsed_time: jsonFromBson(elapsed_time), distance: jsonFromBson(distance) };
}

/** Whether the activity was as it was looked at, or why MongoDB does not hold its recording. */
async function putAll(
  store: ImportTarget,
  step: ImportStep,
  plan: RecordingPlan,
): Promise<boolean | string> {
  const { write, imported } = step;
  const { recording, activity, startAt } = imported;
  if (plan === 'keep' || recording.kind !== 'streams') return putActivity(store, step, plan);
  if (!(await claim(store, step))) return false;
  const { streams, computed } = recording;
  const origin = { source: 'export', computed } as const;
  const hasParts = await hasPartsOf(store, activity.id);
  const owner = { activityId: activity.id, startAt, hasParts, origin };
  try {
    await writeParts(store, write, owner, streams);
  } catch (error) {
    const rejection = validationFailureOf(error);
    if (rejection === undefined) throw error;
    return `MongoDB rejects it (${rejection})`;
  }
  const isPut = await putActivity(store, step, plan);
  if (!isPut) await removeParts(store, write, owner);
  return isPut;
}

/**
 * A recording that is stored is pending while another takes its place, and so is one that does not exist:
 * cut off in between, the activity claims nothing that is not there. For an hour, because the import's next
 * run completes it without a request.
 */
async function claim(store: Store, { write, current }: ImportStep): Promise<boolean> {
  if (current === undefined) return true;
  const { streams } = current.sync;
  if (streams.state !== 'stored' && streams.state !== 'none') return true;
  const next_try_at = new Date(write.at.getTime() + hourMs);
  const filter = unchanged(current, write);
  const set = { 'sync.streams': { ...pendingState, next_try_at }, 'sync.epoch': write.epoch };
  const { matchedCount } = await store.activities.updateOne(filter, { $set: set });
  return matchedCount > 0;
}

/** The summary that was looked at; the recording's state is this import's own. */
function unchanged(
  { _id, sync }: StoredActivity,
  { epoch }: ActivityImportWrite,
): Filter<ActivityDocument> {
  return {
    _id,
    'sync.epoch': { $lte: epoch },
    'sync.fingerprint': sync.fingerprint,
    'sync.fetched_at': sync.fetched_at,
  };
}

async function putActivity(
  store: ImportTarget,
  step: ImportStep,
  plan: RecordingPlan,
): Promise<boolean> {
  const { write, imported, current } = step;
  const _id = int64(imported.activity.id);
  const values = valuesOf(step, plan);
  const { recording } = imported;
  const isStored = plan === 'put' && recording.kind === 'streams';
  const geometries = isStored ? geometriesOf(store, step, recording) : [];
  // The routes are computed after many activities.
  const routed = { ...write, activityId: imported.activity.id, isRefreshedLater: true };
  if (current !== undefined)
    return writeRoutedDerivation(store, routed, {
      filter: unchanged(current, write),
      values,
      geometries,
    });
  try {
    const filter = { _id, sync: { $exists: false } };
    return await writeRoutedDerivation(store, routed, { filter, values, geometries, upsert: true });
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
