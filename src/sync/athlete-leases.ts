/**
 * Which athletes a run holds: takes their leases, loads what is known of them, and lets them go. The
 * daemon's runs last for days, so athletes can join a run that is under way.
 */
import { AuthorizationNeededError } from '../errors.ts';
import type { AthleteSyncState, Scope } from './athlete-sync-state.ts';
import { ranges } from './athlete-sync-state.ts';
import type {
  ActivityStore,
  AthleteState,
  AthleteStore,
  Lease,
  LeaseHolder,
  LeaseStore,
} from './ports/ports.ts';

export interface AthleteLeaseDeps {
  readonly leases: LeaseStore;
  readonly athletes: AthleteStore;
  readonly activities: ActivityStore;
}

export interface AthleteLeaseOptions {
  /** Whom the run is about; asked again when athletes may have joined. */
  readonly athleteIds: () => Promise<readonly number[]>;
  readonly scopeOf: (athleteId: number) => Scope;
  readonly isPollWanted: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

export interface AthleteLeases {
  /** The athletes whose lease this run has. */
  readonly works: readonly AthleteSyncState[];
  /** The others, with who holds them. */
  readonly held: ReadonlyMap<number, LeaseHolder>;
  /** How many have logged in, whoever holds them: what is kept back for fresh data is kept for all. */
  readonly everyone: () => number;
  /** Takes who is not held yet, and once more who was given up in this run: the cause may be mended. */
  readonly acquire: () => Promise<void>;
  /** Lets go who is being erased, once nothing is in flight for them. */
  readonly releaseErasing: () => Promise<void>;
  readonly release: () => Promise<void>;
}

export function createAthleteLeases(
  deps: AthleteLeaseDeps,
  options: AthleteLeaseOptions,
): AthleteLeases {
  const works: AthleteSyncState[] = [];
  const held = new Map<number, LeaseHolder>();
  let everyone = 0;

  const drop = async (stopped: readonly AthleteSyncState[]): Promise<void> => {
    for (const work of stopped) {
      works.splice(works.indexOf(work), 1);
      await work.lease.release();
    }
  };

  return {
    works,
    held,
    everyone: () => everyone,
    acquire: async () => {
      await drop(works.filter(isDroppable));
      held.clear();
      everyone = (await deps.athletes.athleteIds()).length;
      for (const athleteId of await options.athleteIds()) {
        if (works.some((work) => work.athleteId === athleteId)) continue;
        const lease = await deps.leases.tryAcquire(`athlete:${athleteId}`);
        if ('epoch' in lease) {
          // Read under the lease: who was erased meanwhile must not be brought back by marking the athlete as held.
          if (!(await deps.athletes.athleteIds()).includes(athleteId)) {
            await lease.release();
            continue;
          }
          const work = await startWork(deps, options, { athleteId, lease });
          // Who joins late takes turns with the others instead of catching up with them.
          work.served = works.reduce(
            (least, { served }) => Math.min(least, served),
            works[0]?.served ?? 0,
          );
          works.push(work);
          await recountPending(deps, work, options.nowMs());
        } else held.set(athleteId, lease);
      }
    },
    releaseErasing: async () => {
      const erasing = await deps.athletes.erasingIds();
      const left = works.filter(({ athleteId }) => erasing.includes(athleteId));
      for (const work of left) work.stoppedBy ??= isErasing(work.athleteId);
      await drop(left.filter(isDroppable));
    },
    release: async () => {
      const releases = await Promise.allSettled(works.map(({ lease }) => lease.release()));
      for (const release of releases) if (release.status === 'rejected') throw release.reason;
    },
  };
}

function isErasing(athleteId: number): AuthorizationNeededError {
  return new AuthorizationNeededError(`Athlete ${athleteId} is being erased.`);
}

function isDroppable(work: AthleteSyncState): boolean {
  const isInFlight = work.isListInFlight || work.streamsInFlight.size + work.tasksInFlight.size > 0;
  return work.stoppedBy !== undefined && !isInFlight;
}

async function takeOrRelease(
  athletes: AthleteStore,
  athleteId: number,
  lease: Lease,
): Promise<AthleteState> {
  try {
    return await athletes.take(athleteId, lease.epoch);
  } catch (error) {
    await lease.release();
    throw error;
  }
}

async function startWork(
  { athletes }: AthleteLeaseDeps,
  options: AthleteLeaseOptions,
  { athleteId, lease }: { athleteId: number; lease: Lease },
): Promise<AthleteSyncState> {
  const state = await takeOrRelease(athletes, athleteId, lease);
  return {
    athleteId,
    lease,
    scope: options.scopeOf(athleteId),
    coverage: state.coverage,
    backfills: state.backfills,
    reconcile: state.reconcile,
    reconciledAt: state.reconciledAt,
    rejectedDeletions: state.rejectedDeletions,
    isPollDue: options.isPollWanted,
    isSweepDue: true,
    isListInFlight: false,
    served: 0,
    due: undefined,
    nextTryAt: undefined,
    streamsInFlight: new Set(),
    reads: undefined,
    nextTaskAt: undefined,
    tasksInFlight: new Set(),
    weather: new Map(),
    stoppedBy: undefined,
    pendingCount: 0,
  };
}

/** How many activities the run still has to fetch streams for. */
export async function recountPending(
  { activities }: Pick<AthleteLeaseDeps, 'activities'>,
  work: AthleteSyncState,
  nowMs: number,
): Promise<void> {
  const wanted = ranges(work, nowMs).at(-1);
  work.pendingCount = wanted ? await activities.countPending(work.athleteId, wanted) : 0;
}
