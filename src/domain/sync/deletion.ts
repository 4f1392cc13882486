/**
 * Whether activities that a list misses may be taken for deleted. Pure. Each of them is still fetched by
 * itself: only a 404 of its own removes an activity.
 */

import type { ReconcileKind } from './reconcile.ts';

/** The counts when a list that was read to its end misses something. */
export interface MissingCount {
  /** How many activities are missing, earlier ones that are not confirmed yet included. */
  readonly missing: number;
  /** How many are stored. */
  readonly stored: number;
  /** Whether the grant shows private activities; without them a list proves nothing. */
  readonly canSeePrivate: boolean;
}

/** How much of the list was read: its newest page, its last weeks, all of it. */
export type ListReading = 'page' | ReconcileKind;

const breadth: Readonly<Record<ListReading, number>> = { page: 0, recent: 1, full: 2 };

/** Whether a reading shows everything that another one showed. */
export function isAsWide(reading: ListReading, other: ListReading): boolean {
  return breadth[reading] >= breadth[other];
}

/** An activity that Strava showed although the list did not counts as confirmed for a day. */
export const confirmedForMs = 24 * 60 * 60 * 1_000;

export type DeletionRejection = 'all' | 'many' | 'scope';

const maxShare = 0.2;
const maxByCount = 10;

/** Why nothing may be removed; undefined where each may be fetched by itself. */
export function rejectDeletions({
  missing,
  stored,
  canSeePrivate,
}: MissingCount): DeletionRejection | undefined {
  if (missing === 0) return undefined;
  if (!canSeePrivate) return 'scope';
  if (missing >= stored) return 'all';
  return missing > maxByCount && missing > maxShare * stored ? 'many' : undefined;
}
