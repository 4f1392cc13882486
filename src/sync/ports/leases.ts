/** Leases: one holder at a time, over all processes. */

/** A lease that this process holds until it is released or lost; the process renews all of its leases at once. */
export interface Lease {
  /** Grows with each new holder: a write under an older epoch fails. */
  readonly epoch: number;
  /** Aborted when the lease is lost. */
  readonly signal: AbortSignal;
  /**
   * Returns at once while the lease has not run out by either clock, else after one more renewal.
   * @throws LeaseLostError when another holds it, or it cannot be renewed.
   */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

/** The lease `athlete:ID`: who holds it fetches for the athlete and writes the athlete's documents. */
export function athleteLease(athleteId: number): string {
  return `athlete:${athleteId}`;
}

/** The lease `import:ID`: an import or a rebuild wants the athlete or has it, so daemons leave it alone. */
export function importLease(athleteId: number): string {
  return `${importPrefix}${athleteId}`;
}

export const importPrefix = 'import:';

/** Who holds a lease. */
export interface LeaseHolder {
  readonly host: string;
  readonly pid: number;
}

/** What became of several leases, by name. A free lease beyond the limit is in neither. */
export interface Acquired {
  readonly leases: ReadonlyMap<string, Lease>;
  readonly held: ReadonlyMap<string, LeaseHolder>;
}

/** One of the workers that share athletes. */
export interface Member {
  readonly isSelf: boolean;
  /** How many athletes with work it holds, as it last published. */
  readonly load: number;
}

/** The part that this process has in the sharing of an application's athletes. */
export interface Membership {
  /** The live members in an order that all of them see; removes those that are dead. */
  readonly members: () => Promise<readonly Member[]>;
  /** Tells the others how many athletes with work it holds. */
  readonly publish: (load: number) => Promise<void>;
  readonly leave: () => Promise<void>;
}

/** What dead workers left. */
export interface Freed {
  /** How many leases are free now. */
  readonly leases: number;
  /** In how many milliseconds a worker expires that has missed a renewal; absent where none has. */
  readonly suspectMs?: number;
}

export interface LeaseStore {
  /** Takes the lease, or says who holds it. */
  tryAcquire(name: string): Promise<Lease | LeaseHolder>;
  /**
   * Takes the free ones among these leases, the first of them if `limit` says to take fewer. The number of
   * queries does not grow with the leases.
   */
  acquireAll(
    names: readonly string[],
    limit?: (free: number) => Promise<number>,
  ): Promise<Acquired>;
  /** The leases that live workers hold whose name begins with the prefix. */
  heldWith(prefix: string): Promise<ReadonlyMap<string, LeaseHolder>>;
  /** Releases several leases in one write. */
  releaseAll(leases: readonly Lease[]): Promise<void>;
  /** Takes part in the sharing of a group's athletes: the client id of the application. */
  join(group: string): Promise<Membership>;
  /** Removes the workers of a group that are dead. */
  freeDead(group: string): Promise<Freed>;
}
