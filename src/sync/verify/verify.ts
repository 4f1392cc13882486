/**
 * Verifies one athlete: reads the whole list and compares; where it repairs, makes everything that
 * differs right or due, under the athlete's lease. A run of the job then fetches what is due.
 */
import type { DeletionRejection } from '../../domain/sync/deletion.ts';
import { rejectDeletions } from '../../domain/sync/deletion.ts';
import { afterReconcile } from '../../domain/sync/reconcile.ts';
import type { Comparison, ComparisonDeps, Differences } from './comparison.ts';
import { compareWithStored } from './comparison.ts';
import type { ListDeps, ReadList } from './list-comparison.ts';
import { readList } from './list-comparison.ts';
import type { AthleteState, AthleteStore } from '../ports/athletes.ts';
import type { Lease } from '../ports/leases.ts';
import type { RepairWrite } from './ports.ts';

export interface VerifyDeps extends ListDeps, ComparisonDeps {
  readonly athletes: AthleteStore;
  /** Shows how far the comparison of a list is. */
  readonly follow?: (target: VerifyTarget) => Promise<ListFollower>;
}

/** Is notified of each page that was compared, and disposed of once the list is compared. */
export interface ListFollower extends Disposable {
  readonly page: (records: number) => void;
}

/** The athlete and the period; without `since`, the whole history. */
export interface VerifyTarget {
  readonly athleteId: number;
  readonly since: Date | undefined;
}

/** The result of a repair. */
export interface Repairs {
  readonly list: ReadList;
  /** The differences before the repair. */
  readonly found: Differences;
  /** Why no activity may be removed, although the list misses some. */
  readonly rejected: DeletionRejection | undefined;
  /** Whether there is anything left for a run of the job. */
  readonly isRunWanted: boolean;
}

/** Compares and changes nothing. @throws what reading the list throws */
export async function verifyAthlete(
  deps: VerifyDeps,
  target: VerifyTarget,
): Promise<{ readonly list: ReadList; readonly comparison: Comparison }> {
  using follower = await deps.follow?.(target);
  const list = await readList({ ...deps, onPage: follower?.page }, target);
  return { list, comparison: await compareWithStored(deps, list) };
}

/**
 * Stores what is missing or stale, makes streams that are not whole due again, removes those without an
 * activity, and marks what the list misses, to be fetched one by one.
 * @throws what reading the list throws, and LeaseLostError
 */
export async function repairAthlete(
  deps: VerifyDeps,
  target: VerifyTarget & { readonly acceptsDeletions: boolean },
  lease: Lease,
): Promise<Repairs> {
  const { athleteId, acceptsDeletions } = target;
  const state = await deps.athletes.take(athleteId, lease.epoch);
  using follower = await deps.follow?.(target);
  const list = await readList({ ...deps, onPage: follower?.page }, target, { lease, state });
  const { differences } = await compareWithStored(deps, list);
  await lease.assertHeld();
  await repairStreams(deps, { athleteId, lease }, differences);
  const extra = [...differences.extra, ...differences.onlyInExport];
  const rejected = await settleExtra(deps, { state, lease, acceptsDeletions }, extra);
  if (list.shownIds.size > 0) await countAsReconcile(deps, state, { list, lease });
  const found = { ...differences, ...namedIn(list) };
  const isRemovable = extra.length > 0 && rejected === undefined;
  return { list, found, rejected, isRunWanted: isRemovable || isAnythingDue(differences) };
}

function namedIn({ found }: ReadList): Pick<Differences, 'missing' | 'stale'> {
  return {
    missing: [...new Set(found.flatMap(({ missing }) => missing))],
    stale: [...new Set(found.flatMap(({ stale }) => stale))],
  };
}

function isAnythingDue(differences: Differences): boolean {
  const { pendingStreams, brokenStreams, unexpectedStreams, pendingDetails } = differences;
  const streams = pendingStreams.length + brokenStreams.length + unexpectedStreams.length;
  return streams + pendingDetails > 0;
}

async function repairStreams(
  { verification, activities, nowMs }: VerifyDeps,
  { athleteId, lease }: { readonly athleteId: number; readonly lease: Lease },
  { brokenStreams, unexpectedStreams, orphanStreams, pendingStreams }: Differences,
): Promise<void> {
  const write = (activityIds: readonly number[]): RepairWrite => ({
    activityIds,
    epoch: lease.epoch,
    at: new Date(nowMs()),
  });
  await verification.resetStreams(write([...brokenStreams, ...unexpectedStreams]));
  await verification.removeOrphans(write(orphanStreams));
  if (pendingStreams.length > 0) await activities.retryParked(athleteId);
}

/** Marks what the list misses, unless so much is missing that the list cannot be trusted. */
async function settleExtra(
  { deletions, athletes, verification, nowMs }: VerifyDeps,
  {
    state: { athleteId, rejectedDeletions },
    lease: { epoch },
    acceptsDeletions,
  }: { state: AthleteState; lease: Lease; acceptsDeletions: boolean },
  extra: readonly number[],
): Promise<DeletionRejection | undefined> {
  const at = new Date(nowMs());
  if (extra.length > 0) {
    const view = await deletions.deletionView(athleteId);
    // What is marked already is among the extra ones, but for what started before the list's end.
    const missing = Math.max(extra.length, view.missing);
    const reason = acceptsDeletions ? undefined : rejectDeletions({ ...view, missing });
    if (reason !== undefined) {
      const rejected = { kind: 'full', reason, missing, stored: view.stored, at } as const;
      await athletes.saveRejectedDeletions(athleteId, rejected, epoch);
      return reason;
    }
    // One that is there after all is then written as it is at Strava.
    await verification.forgetFingerprints({ activityIds: extra, epoch, at });
    await deletions.markMissing({ athleteId, activityIds: extra, since: at, epoch });
  }
  if (rejectedDeletions !== undefined)
    await athletes.saveRejectedDeletions(athleteId, undefined, epoch);
  return undefined;
}

/** The whole list was read and stored: it is not read again soon. */
async function countAsReconcile(
  { athletes }: VerifyDeps,
  { athleteId, reconciledAt }: AthleteState,
  { list, lease }: { list: ReadList; lease: Lease },
): Promise<void> {
  const end = {
    epoch: lease.epoch,
    reconciledAt: afterReconcile(reconciledAt, 'full', list.startedAt),
  };
  await athletes.saveReconcile(athleteId, undefined, end);
}
