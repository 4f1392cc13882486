/** Leases: one holder at a time, over all processes. */

/** A lease that this process holds; it renews itself until it is released or lost. */
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

/** Who holds a lease. */
export interface LeaseHolder {
  readonly host: string;
  readonly pid: number;
  readonly expiresAt: Date;
}

export interface LeaseStore {
  /** Takes the lease, or says who holds it. */
  tryAcquire(name: string): Promise<Lease | LeaseHolder>;
}
