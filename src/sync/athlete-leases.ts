/**
 * Which athletes a run holds: acquires their leases, loads what is known of them, and releases them, each
 * in a few operations for all. The daemon's runs last for days, so athletes can join a run that is under
 * way.
 */
import { AuthorizationNeededError } from '../errors.ts';
import type { AthleteSyncState, Scope } from './athlete-sync-state.ts';
import type { AthleteState, AthleteStore } from './ports/athletes.ts';
import type { Lease, LeaseHolder, LeaseStore } from './ports/leases.ts';

export interface AthleteLeaseDeps {
  readonly leases: LeaseStore;
  readonly athletes: AthleteStore;
}

export interface AthleteLeaseOptions {
  /** Whom the run is about; called again when athletes may have joined. */
  readonly athleteIds: () => Promise<readonly number[]>;
  readonly scopeOf: (athleteId: number) => Scope;
  readonly isPollWanted: boolean;
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

/** So many athletes are acquired at once. */
const batchSize = 500;

export function createAthleteLeases(
  deps: AthleteLeaseDeps,
  options: AthleteLeaseOptions,
): AthleteLeases {
  const athletes: AthleteSyncState[] = [];
  const held = new Map<number, LeaseHolder>();
  let everyone = 0;

  const drop = async (dropped: readonly AthleteSyncState[]): Promise<void> => {
    if (dropped.length === 0) return;
    const isDropped = new Set(dropped);
    const kept = athletes.filter((athlete) => !isDropped.has(athlete));
    athletes.splice(0, athletes.length, ...kept);
    await deps.leases.releaseAll(dropped.map(({ lease }) => lease));
  };

  const acquireSome = async (athleteIds: readonly number[]): Promise<void> => {
    const acquired = await deps.leases.acquireAll(athleteIds.map(leaseName));
    const leases = new Map<number, Lease>();
    for (const athleteId of athleteIds) {
      const lease = acquired.leases.get(leaseName(athleteId));
      const holder = acquired.held.get(leaseName(athleteId));
      if (lease !== undefined) leases.set(athleteId, lease);
      else if (holder !== undefined) held.set(athleteId, holder);
    }
    const states = await takeOrRelease(deps, leases);
    // Who joins late takes turns with the others instead of catching up with them.
    const served = athletes.reduce((least, one) => Math.min(least, one.served), Infinity);
    for (const state of states) {
      const lease = leases.get(state.athleteId);
      if (lease === undefined) continue;
      const athlete = initialState(options, lease, state);
      athletes.push({ ...athlete, served: served === Infinity ? 0 : served });
    }
  };

  return {
    athletes,
    held,
    everyone: () => everyone,
    acquire: async () => {
      await drop(athletes.filter(isDroppable));
      held.clear();
      everyone = (await deps.athletes.athleteIds()).length;
      const ours = new Set(athletes.map(({ athleteId }) => athleteId));
      const others = (await options.athleteIds()).filter((id) => !ours.has(id));
      for (let index = 0; index < others.length; index += batchSize)
        await acquireSome(others.slice(index, index + batchSize));
    },
    releaseErasing: async () => {
      const ids = new Set(await deps.athletes.erasingIds());
      const erasing = athletes.filter(({ athleteId }) => ids.has(athleteId));
      for (const athlete of erasing) athlete.stoppedBy ??= isErasing(athlete.athleteId);
      await drop(erasing.filter(isDroppable));
    },
    release: () => deps.leases.releaseAll(athletes.map(({ lease }) => lease)),
  };
}

function leaseName(athleteId: number): string {
  return `athlete:${athleteId}`;
}

function isErasing(athleteId: number): AuthorizationNeededError {
  return new AuthorizationNeededError(`Athlete ${athleteId} is being erased.`);
}

function isDroppable({ stoppedBy, inFlight }: AthleteSyncState): boolean {
  return stoppedBy !== undefined && inFlight.size === 0;
}

/**
 * Marks the athletes as held and loads them. Releases whoever was erased meanwhile, because marking the
 * athlete must not bring back a document, and whom a newer lease has.
 */
async function takeOrRelease(
  { leases, athletes }: AthleteLeaseDeps,
  acquired: ReadonlyMap<number, Lease>,
): Promise<readonly AthleteState[]> {
  if (acquired.size === 0) return [];
  const taken = new Set<number>();
  try {
    // Read under the leases.
    const known = new Set(await athletes.athleteIds());
    const present = [...acquired].filter(([athleteId]) => known.has(athleteId));
    const epochs = new Map(present.map(([athleteId, { epoch }]) => [athleteId, epoch] as const));
    const states = await athletes.takeAll(epochs);
    for (const { athleteId } of states) taken.add(athleteId);
    return states;
  } finally {
    const rest = [...acquired].filter(([athleteId]) => !taken.has(athleteId));
    if (rest.length > 0) await leases.releaseAll(rest.map(([, lease]) => lease));
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
    pendingCount: undefined,
  };
}
