/**
 * Two athletes: what is stored of them, and their state in a run.
 */
import type { ListCoverage } from '../../../src/domain/sync/list-coverage.ts';
import type { AthleteSyncState } from '../../../src/sync/athletes/athlete-sync-state.ts';
import type { AthleteState, AthleteStore } from '../../../src/sync/ports/athletes.ts';
import { startMs } from './clock.ts';
import { createFakeLease } from './leases.ts';

export const [ada, ben] = [1001, 1002];

/** A list that is known from the beginning up to now. */
export const completeList: ListCoverage = { spans: [{ fromS: 0, toS: startMs / 1_000 }] };

export function fakeAthletes(
  ids: readonly number[],
  coverage: ListCoverage,
  changes: Partial<AthleteStore> = {},
): AthleteStore {
  const at = new Date(startMs);
  const load = (athleteId: number): Promise<AthleteState> =>
    Promise.resolve({ athleteId, coverage, backfills: [], reconciledAt: { recent: at, full: at } });
  return {
    athleteIds: () => Promise.resolve(ids),
    erasingIds: () => Promise.resolve([]),
    allPolledAt: () => Promise.resolve(undefined),
    polledAthletes: () => Promise.resolve(ids.map((athleteId) => ({ athleteId }))),
    load,
    take: load,
    takeAll: (epochs) =>
      Promise.all([...epochs].map(([id, epoch]) => (changes.take ?? load)(id, epoch))),
    withRequests: (athleteIds) => Promise.all(athleteIds.map(changes.load ?? load)),
    saveCoverage: () => Promise.resolve(),
    saveReconcile: () => Promise.resolve(),
    saveRejectedDeletions: () => Promise.resolve(),
    addBackfill: () => Promise.resolve(),
    saveBackfill: () => Promise.resolve(),
    removeBackfill: () => Promise.resolve(),
    ...changes,
  };
}

/** One athlete's state in a run, with nothing to do. */
export function createFakeAthlete(athleteId: number = ada): AthleteSyncState {
  return {
    athleteId,
    lease: createFakeLease(),
    scope: { kind: 'default' },
    coverage: completeList,
    backfills: [],
    reconcile: undefined,
    reconciledAt: {},
    rejectedDeletions: undefined,
    isPollDue: false,
    lastPoll: undefined,
    isSweepDue: false,
    arePhotosDue: false,
    served: 0,
    tasks: [],
    nextTryAtMs: Infinity,
    inFlight: new Set(),
    backoffs: new Map(),
    stoppedBy: undefined,
    isReleasing: false,
    waitingStreams: 0,
    waitingChange: 0,
  };
}
