/**
 * The stored activities as the engine sees them. Every write is durable when its promise resolves.
 */
import type { ActivitySummary, UnusableRecord } from '../../domain/activity/activity.ts';
import type { Span } from '../../domain/sync/list-coverage.ts';

/** Half-open: instants from `from` up to `to` (excluded); an absent bound is open. */
export interface TimeRange {
  readonly from?: Date;
  readonly to?: Date;
}

/** What storing one page did. */
export interface PageResult {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Of the added ones, those that have no streams by nature. */
  readonly withoutStreams: number;
  /** Records that cannot be stored and were not parked before. */
  readonly parked: number;
}

/** A page's records with what the writes need to know of it. */
export interface PageToStore {
  readonly athleteId: number;
  readonly summaries: readonly ActivitySummary[];
  readonly unusable: readonly UnusableRecord[];
  /** What the summaries were read from. */
  readonly source: 'list' | 'activity';
  /** When the reconcile began that this page belongs to: its records count as seen by it. */
  readonly listedAt?: Date;
  /** Where the list was known before: what is new there was uploaded late. */
  readonly known: readonly Span[];
  readonly fetchedAt: Date;
  readonly epoch: number;
}

export interface ActivityStore {
  /** @throws LeaseLostError when another process took the athlete over. */
  storePage(page: PageToStore): Promise<PageResult>;
  /** Which of these ids are not stored yet. */
  unknownIds(ids: readonly number[]): Promise<ReadonlySet<number>>;
  /** How many activities of a range still lack their streams, parked ones and those in `except` aside. */
  countPending(athleteId: number, range: TimeRange, except?: readonly number[]): Promise<number>;
  /** How many activities of a range still lack their details, parked ones aside. */
  countPendingDetails(athleteId: number, range: TimeRange): Promise<number>;
  /** The activities of these athletes whose streams are parked, newest first, at most a hundred. */
  parkedIds(athleteIds: readonly number[]): Promise<readonly number[]>;
  /**
   * Makes what is parked or failed of activities due at once, its tries counted anew: streams, details, other
   * parts and photos' files. Returns how much that is.
   */
  retryParked(athleteId?: number): Promise<number>;
}
