/**
 * Compares a list that was read to its end with what is stored, and counts: the proof, or the
 * differences. It makes no request and writes nothing.
 */
import { isSportChosen } from '../../domain/activity/sports.ts';
import type { ReadList } from './list-comparison.ts';
import type { DeletionStore } from '../ports/deletions.ts';
import type { KeptKinds } from '../ports/tasks.ts';
import type { PageDifferences, AuditedActivity, VerificationStore } from './ports.ts';

export interface ComparisonDeps {
  readonly verification: VerificationStore;
  readonly deletions: DeletionStore;
  readonly kept: KeptKinds;
}

/** The kinds of differences that name activities. */
export const differenceKinds = [
  'missing',
  'stale',
  'extra',
  'onlyInExport',
  'pendingStreams',
  'brokenStreams',
  'unexpectedStreams',
  'orphanStreams',
] as const;

export type DifferenceKind = (typeof differenceKinds)[number];

/** The ids of each kind, and what is only counted. */
export interface Differences extends Readonly<Record<DifferenceKind, readonly number[]>> {
  /** Records of the list that cannot be stored as an activity. */
  readonly unusable: number;
  /** Activities whose details are still to be fetched, where details are kept. */
  readonly pendingDetails: number;
}

/** The counts of one athlete's activities. */
export interface Comparison {
  readonly athleteId: number;
  /** How many activities Strava shows, and how many of these are stored. */
  readonly listed: number;
  readonly stored: number;
  readonly withStreams: number;
  /** Those that have no streams at Strava. */
  readonly withoutByNature: number;
  readonly differences: Differences;
}

/** How many differences there are. */
export function countDifferences(differences: Differences): number {
  const named = differenceKinds.reduce((sum, kind) => sum + differences[kind].length, 0);
  return named + differences.unusable + differences.pendingDetails;
}

interface Counts {
  readonly extra: number[];
  readonly onlyInExport: number[];
  readonly pendingStreams: number[];
  readonly brokenStreams: number[];
  readonly unexpectedStreams: number[];
  withStreams: number;
  withoutByNature: number;
}

/** Compares with what is stored now. What a list did not show and Strava itself did counts as shown. */
export async function compareWithStored(deps: ComparisonDeps, list: ReadList): Promise<Comparison> {
  const { verification, kept } = deps;
  const { athleteId, since, shownIds, unusable } = list;
  const isConfirmed = await confirmation(deps, list);
  const counts = emptyCounts();
  for await (const activity of verification.activities(athleteId, since)) {
    if (isConfirmed(activity)) shownIds.add(activity.activityId);
    count(deps, counts, activity, list);
  }
  const orphanStreams: number[] = [];
  for await (const id of verification.orphans(athleteId)) orphanStreams.push(id);
  const { missing, stale } = await stillDiffering(verification, list.left);
  const pendingDetails = (await verification.isDetailsWanted(athleteId, kept.details))
    ? await verification.countWithoutDetails(athleteId, since, kept.sports)
    : 0;
  const { withStreams, withoutByNature, ...named } = counts;
  const listed = shownIds.size;
  return {
    ...{ athleteId, listed, stored: listed - missing.length, withStreams, withoutByNature },
    differences: { missing, stale, ...named, orphanStreams, unusable, pendingDetails },
  };
}

function emptyCounts(): Counts {
  return {
    extra: [],
    onlyInExport: [],
    pendingStreams: [],
    brokenStreams: [],
    unexpectedStreams: [],
    withStreams: 0,
    withoutByNature: 0,
  };
}

async function stillDiffering(
  verification: VerificationStore,
  pages: readonly PageDifferences[],
): Promise<{ missing: readonly number[]; stale: readonly number[] }> {
  const missing = new Set<number>();
  const stale = new Set<number>();
  for (const page of pages) {
    const still = await verification.stillDiffering(page);
    for (const id of still.missing) missing.add(id);
    for (const id of still.stale) stale.add(id);
  }
  return { missing: [...missing], stale: [...stale] };
}

/** A 404 proves nothing to a login that does not show private activities, so there is no confirming then. */
async function confirmation(
  { deletions }: ComparisonDeps,
  { athleteId, startedAt }: ReadList,
): Promise<(activity: AuditedActivity) => boolean> {
  const { canSeePrivate } = await deletions.deletionView(athleteId);
  return ({ confirmedAt }) =>
    canSeePrivate && confirmedAt !== undefined && confirmedAt >= startedAt;
}

function count(
  { kept }: ComparisonDeps,
  counts: Counts,
  activity: AuditedActivity,
  list: ReadList,
): void {
  const { activityId, streams, sport } = activity;
  if (!list.shownIds.has(activityId)) {
    const isShown = list.asideIds.has(activityId);
    if (isShown || !isExtra(activity, list)) return;
    (activity.isOfExport ? counts.onlyInExport : counts.extra).push(activityId);
    return;
  }
  if (streams === 'stored') counts.withStreams += 1;
  else if (streams === 'none') counts.withoutByNature += 1;
  else if (streams === 'broken') counts.brokenStreams.push(activityId);
  else if (streams === 'unexpected') counts.unexpectedStreams.push(activityId);
  else if (kept.streams && isSportChosen(kept.sports ?? [], sport))
    counts.pendingStreams.push(activityId);
}

/** What was stored, or written anew, while the list was being read may be newer than the list. */
function isExtra(
  { startAt, firstSeenAt, fetchedAt }: AuditedActivity,
  { covered, startedAt }: ReadList,
): boolean {
  if (covered === undefined) return false;
  const toMs = Math.min(covered.toS * 1_000, startedAt.getTime());
  const isCovered = startAt.getTime() >= covered.fromS * 1_000 && startAt.getTime() <= toMs;
  return isCovered && firstSeenAt < startedAt && fetchedAt < startedAt;
}
