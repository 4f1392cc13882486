/**
 * Which athletes a run holds: acquires their leases, loads what is known of them, and releases them. The
 * daemon's runs last for days, so athletes can join a run that is under way.
 */
import { AuthorizationNeededError } from '../errors.ts';
import type { AthleteSyncState, Scope } from './athlete-sync-state.ts';
import { ranges } from './athlete-sync-state.ts';
import type { ActivityStore } from './ports/activities.ts';
import type { AthleteState, AthleteStore } from './ports/athletes.ts';
import type { Lease, LeaseHolder, LeaseStore } from './ports/leases.ts';

export interface AthleteLeaseDeps {
  readonly leases: LeaseStore;
  readonly athletes: AthleteStore;
  readonly activities: ActivityStore;
}

export interface AthleteLeaseOptions {
  /** Whom the run is about; called again when athletes may have joined. */
  readonly athleteIds: () => Promise<readonly number[]>;
  readonly scopeOf: (athleteId: number) => Scope;
  readonly isPollWanted: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

export interface AthleteLeases {
  /** The athletes whose lease this run has. */
  readonly athletes: readonly AthleteSyncState[];
  /** The others, with who holds them. */
  readonly held: ReadonlyMap<number, LeaseHolder>;
  /** How many have logged in, whoever holds them: the reserve for fresh data is kept for all. */
  readonly everyone: () => number;
  /** Acquires who is not held yet, and once more who was stopped in this run: the cause may be gone. */
  readonly acquire: () => Promise<void>;
  /** Releases who is being erased, once nothing is in flight for them. */
  readonly releaseErasing: () => Promise<void>;
  readonly release: () => Promise<void>;
}

export function createAthleteLeases(
  deps: AthleteLeaseDeps,
  options: AthleteLeaseOptions,
): AthleteLeases {
  const athletes: AthleteSyncState[] = [];
  const held = new Map<number, LeaseHolder>();
  let everyone = 0;

  const drop = async (stopped: readonly AthleteSyncState[]): Promise<void> => {
    for (const athlete of stopped) {
      athletes.splice(athletes.indexOf(athlete), 1);
      await athlete.lease.release();
    }
  };

  const acquireOne = async (athleteId: number): Promise<void> => {
    const lease = await deps.leases.tryAcquire(`athlete:${athleteId}`);
    if (!('epoch' in lease)) {
      held.set(athleteId, lease);
      return;
    }
    // Read under the lease: marking the athlete as held must not bring back who was erased meanwhile.
    if (!(await deps.athletes.athleteIds()).includes(athleteId)) {
      await lease.release();
      return;
    }
    const state = await takeOrRelease(deps.athletes, athleteId, lease);
    // Who joins late takes turns with the others instead of catching up with them.
    const served = athletes.length > 0 ? Math.min(...athletes.map((one) => one.served)) : 0;
    const athlete = { ...initialState(options, lease, state), served };
    athletes.push(athlete);
    await recountPending(deps, athlete, options.nowMs());
  };

  return {
    athletes,
    held,
    everyone: () => everyone,
    acquire: async () => {
      await drop(athletes.filter(isDroppable));
      held.clear();
      everyone = (await deps.athletes.athleteIds()).length;
      for (const athleteId of await options.athleteIds())
        if (!athletes.some((athlete) => athlete.athleteId === athleteId))
          await acquireOne(athleteId);
    },
    releaseErasing: async () => {
      const ids = await deps.athletes.erasingIds();
      const erasing = athletes.filter(({ athleteId }) => ids.includes(athleteId));
      for (const athlete of erasing) athlete.stoppedBy ??= isErasing(athlete.athleteId);
      await drop(erasing.filter(isDroppable));
    },
    release: async () => {
      const releases = await Promise.allSettled(athletes.map(({ lease }) => lease.release()));
      for (const release of releases) if (release.status === 'rejected') throw release.reason;
    },
  };
}

function isErasing(athleteId: number): AuthorizationNeededError {
  return new AuthorizationNeededError(`Athlete ${athleteId} is being erased.`);
}

function isDroppable({ stoppedBy, inFlight }: AthleteSyncState): boolean {
  return stoppedBy !== undefined && inFlight.size === 0;
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

function initialState(
  { scopeOf, isPollWanted }: AthleteLeaseOptions,
  lease: Lease,
  state: AthleteState,
): AthleteSyncState {
  const { athleteId, coverage, backfills, reconcile, reconciledAt, rejectedDeletions } = state;
  return {
    ...{ athleteId, lease, coverage, backfills, reconcile, reconciledAt, rejectedDeletions },
    scope: scopeOf(athleteId),
    isPollDue: isPollWanted,
    isSweepDue: true,
    served: 0,
    tasks: undefined,
    nextTryAtMs: Infinity,
    inFlight: new Set(),
    backoffs: new Map(),
    stoppedBy: undefined,
    pendingCount: 0,
  };
}

/** How many activities the run still has to fetch streams for. */
export async function recountPending(
  { activities }: Pick<AthleteLeaseDeps, 'activities'>,
  athlete: AthleteSyncState,
  nowMs: number,
): Promise<void> {
  const range = ranges(athlete, nowMs).at(-1);
  athlete.pendingCount = range ? await activities.countPending(athlete.athleteId, range) : 0;
}
