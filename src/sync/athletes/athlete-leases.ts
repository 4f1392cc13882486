/**
 * Which athletes a run holds: acquires their leases, loads what is known of them, and releases them, each
 * in a few operations for all. The daemon's runs last for days, so athletes can join a run that is under
 * way.
 */
import { AuthorizationNeededError, LeaseLostError } from '../../errors.ts';
import type { AthleteShare } from './athlete-share.ts';
import { createAthleteShare } from './athlete-share.ts';
import type { AthleteSyncState, Scope } from './athlete-sync-state.ts';
import { hasWork, initialState } from './athlete-sync-state.ts';
import { takeAthletes } from './take-athletes.ts';
import type { AthleteState, AthleteStore } from '../ports/athletes.ts';
import type { Lease, LeaseHolder, LeaseStore } from '../ports/leases.ts';
import { athleteLease, importPrefix } from '../ports/leases.ts';

export interface AthleteLeaseDeps {
  readonly leases: LeaseStore;
  readonly athletes: AthleteStore;
}

export interface AthleteLeaseOptions {
  /** Whom the run is about; called again when athletes may have joined. */
  readonly athleteIds: () => Promise<readonly number[]>;
  readonly scopeOf: (athleteId: number) => Scope;
  readonly isPollWanted: boolean;
  /** Set where the run shares the athletes with other processes; without it, it takes all it gets. */
  readonly sharing?: SharingOptions;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

export interface SharingOptions {
  /** The client id of the application whose athletes are shared. */
  readonly group: string;
  /** Who was polled within this time is not polled again when taken over from another process. */
  readonly recentPollMs: number;
  /** Whether the whole run takes over from a dead process. */
  readonly isTakeover: boolean;
}

export interface AthleteLeases {
  /** The athletes whose lease this run has. */
  readonly athletes: readonly AthleteSyncState[];
  /** The others, with who holds them. */
  readonly held: ReadonlyMap<number, LeaseHolder>;
  /** Acquires who is not held yet, and once more who was stopped in this run: the cause may be gone. */
  readonly acquire: () => Promise<void>;
  /**
   * Gives back and takes athletes, so that each worker has its share, and leaves to an import whom it wants;
   * without sharing it does nothing.
   */
  readonly balance: () => Promise<void>;
  /** Whether another process will give some of its athletes to this run. */
  readonly isShort: () => boolean;
  /** Releases who is being erased, once nothing is in flight for them. */
  readonly releaseErasing: () => Promise<void>;
  readonly release: () => Promise<void>;
}

/** So many athletes are acquired at once. */
const batchSize = 500;

/** The same while it changes. */
interface Holding {
  readonly deps: AthleteLeaseDeps;
  readonly options: AthleteLeaseOptions;
  readonly share: AthleteShare | undefined;
  readonly athletes: AthleteSyncState[];
  readonly held: Map<number, LeaseHolder>;
  /** Whom the run is about. */
  known: readonly number[];
  /** Whether whom it acquires comes from another process of the same tick. */
  isHandover: boolean;
  /** Who is being erased or imported: a lease that was released for that must not be taken again. */
  erasing: ReadonlySet<number>;
  importing: ReadonlySet<number>;
}

export function createAthleteLeases(
  deps: AthleteLeaseDeps,
  options: AthleteLeaseOptions,
): AthleteLeases {
  const { sharing } = options;
  const share = sharing && createAthleteShare(deps.leases, sharing.group);
  const isHandover = sharing?.isTakeover ?? false;
  const nobody = { athletes: [], held: new Map<number, LeaseHolder>(), known: [] };
  const erasing = new Set<number>();
  const importing = new Set<number>();
  const holding: Holding = { deps, options, share, ...nobody, isHandover, erasing, importing };
  const { athletes, held } = holding;
  return {
    athletes,
    held,
    acquire: async () => {
      await drop(holding, athletes.filter(isDroppable));
      holding.known = await options.athleteIds();
      await share?.look();
      await acquireOthers(holding);
      holding.isHandover = share !== undefined;
    },
    balance: async () => {
      if (share === undefined) return;
      await share.look();
      await releaseImporting(holding);
      giveBack(athletes, share.surplus(loadOf(athletes)));
      const released = athletes.filter((athlete) => isLost(athlete) || isReleasable(athlete));
      await drop(holding, released);
      await acquireOthers(holding);
    },
    isShort: () => share?.isShort(loadOf(athletes)) ?? false,
    releaseErasing: async () => {
      holding.erasing = new Set(await deps.athletes.erasingIds());
      const erasing = athletes.filter(({ athleteId }) => holding.erasing.has(athleteId));
      for (const athlete of erasing) athlete.stoppedBy ??= isErasing(athlete.athleteId);
      await drop(holding, erasing.filter(isDroppable));
    },
    release: async () => {
      try {
        await deps.leases.releaseAll(athletes.map(({ lease }) => lease));
      } finally {
        await share?.leave();
      }
    },
  };
}

/** Releases whom an import wants or has, until the import has ended. */
async function releaseImporting(holding: Holding): Promise<void> {
  const { athletes, deps } = holding;
  const held = await deps.leases.heldWith(importPrefix);
  holding.importing = new Set(
    [...held.keys()].map((name) => Number(name.slice(importPrefix.length))),
  );
  for (const athlete of athletes)
    if (holding.importing.has(athlete.athleteId)) athlete.isReleasing = true;
}

async function drop(
  { athletes, deps }: Holding,
  dropped: readonly AthleteSyncState[],
): Promise<void> {
  if (dropped.length === 0) return;
  const isDropped = new Set(dropped);
  const kept = athletes.filter((athlete) => !isDropped.has(athlete));
  athletes.splice(0, athletes.length, ...kept);
  await deps.leases.releaseAll(dropped.map(({ lease }) => lease));
}

/** Acquires who is not held yet: all of them, or what the share leaves room for. */
async function acquireOthers(holding: Holding): Promise<void> {
  const { athletes, held, known, share, erasing, importing } = holding;
  held.clear();
  const ours = new Set(athletes.map(({ athleteId }) => athleteId));
  const isFree = (id: number): boolean => !erasing.has(id) && !importing.has(id);
  const others = known.filter((id) => !ours.has(id) && isFree(id));
  if (share !== undefined) {
    const own = loadOf(athletes);
    if (others.length > 0 && share.hasRoom(own, known.length))
      await acquireSome(holding, share.inTurn(others), (free) =>
        share.want(own, free, known.length),
      );
    await share.publish(loadOf(athletes));
    return;
  }
  for (let index = 0; index < others.length; index += batchSize)
    await acquireSome(holding, others.slice(index, index + batchSize));
}

async function acquireSome(
  { deps, options, athletes, held, isHandover }: Holding,
  athleteIds: readonly number[],
  limit?: (free: number) => Promise<number>,
): Promise<void> {
  const acquired = await deps.leases.acquireAll(athleteIds.map(athleteLease), limit);
  const leases = new Map<number, Lease>();
  for (const athleteId of athleteIds) {
    const lease = acquired.leases.get(athleteLease(athleteId));
    const holder = acquired.held.get(athleteLease(athleteId));
    if (lease !== undefined) leases.set(athleteId, lease);
    else if (holder !== undefined) held.set(athleteId, holder);
  }
  const states = await takeAthletes(deps, leases);
  // Who joins late takes turns with the others instead of catching up with them.
  const least = athletes.reduce((served, one) => Math.min(served, one.served), Infinity);
  for (const state of states) {
    const lease = leases.get(state.athleteId);
    if (lease === undefined) continue;
    const athlete = initialState(options, lease, state);
    athlete.isPollDue &&= !(isHandover && isPolledLately(options, state));
    athlete.served = least === Infinity ? 0 : least;
    athletes.push(athlete);
  }
}

function loadOf(athletes: readonly AthleteSyncState[]): number {
  return athletes.filter(hasWork).length;
}

/** Those with nothing in flight first. Who is being released counts until then. */
function giveBack(athletes: readonly AthleteSyncState[], surplus: number): void {
  const releasing = athletes.filter(({ isReleasing }) => isReleasing).length;
  const kept = athletes.filter((athlete) => hasWork(athlete) && !athlete.isReleasing);
  const idleFirst = kept.toSorted((one, other) => one.inFlight.size - other.inFlight.size);
  for (const athlete of idleFirst.slice(0, Math.max(0, surplus - releasing)))
    athlete.isReleasing = true;
}

function isErasing(athleteId: number): AuthorizationNeededError {
  return new AuthorizationNeededError(`Athlete ${athleteId} is being erased.`);
}

function isDroppable({ stoppedBy, inFlight }: AthleteSyncState): boolean {
  return stoppedBy !== undefined && inFlight.size === 0;
}

function isReleasable({ isReleasing, inFlight }: AthleteSyncState): boolean {
  return isReleasing && inFlight.size === 0;
}

/** Another process has the athlete, or will: this run may get it again. */
function isLost(athlete: AthleteSyncState): boolean {
  return athlete.stoppedBy instanceof LeaseLostError && isDroppable(athlete);
}

function isPolledLately(
  { sharing, nowMs }: AthleteLeaseOptions,
  { lastPoll }: AthleteState,
): boolean {
  if (sharing === undefined || lastPoll === undefined) return false;
  return lastPoll.at.getTime() > nowMs() - sharing.recentPollMs;
}
