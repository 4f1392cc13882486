/**
 * What a run has to do, and where it reports its progress.
 */
import type { WaitReason } from '../domain/sync/plan.ts';
import type { SharingOptions } from './athletes/athlete-leases.ts';
import type { Scope } from './athletes/athlete-sync-state.ts';
import type { RunStats } from './run-stats.ts';

/** What a run still has to do. */
export interface Backlog {
  /** How many streams are still to be fetched, of the activities that are listed so far. */
  readonly left: number;
  /** Whether every page of the list that the run needs was read. */
  readonly isListKnown: boolean;
}

/** What a run shows while it lasts. */
export interface Reporter {
  progress(stats: RunStats, backlog: Backlog): void;
  waiting(wait: { reason: WaitReason; untilMs: number } & Backlog): void;
}

export interface RunOptions {
  /** Whom the run is about; called again at each poll, for athletes who logged in meanwhile. */
  readonly athleteIds: () => Promise<readonly number[]>;
  /** What the run is for, athlete by athlete. */
  readonly scopeOf: (athleteId: number) => Scope;
  /** Whether to end instead of waiting for the quota. */
  readonly failOnQuota: boolean;
  /** Whether the run begins with a poll of every newest page. */
  readonly isPollWanted: boolean;
  /** Set where the run shares the athletes with other processes; without it, it takes all it gets. */
  readonly sharing?: SharingOptions;
  /** Whether it begins as at a tick of the schedule, with a poll of the lists that are due. */
  readonly isTick?: boolean;
  /** Ends the run: nothing new is requested, what is in flight may finish. */
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
  /** Called at each iteration of the loop, to show that it is not stuck. */
  readonly onIteration?: () => void;
}
