/**
 * Holds an athlete for an import, so that no other process fetches what it is about to fill.
 */
import { AthleteHeldError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import type { Program } from '../../program.ts';
import type { Lease } from '../../sync/ports/leases.ts';
import { athleteLease, importLease } from '../../sync/ports/leases.ts';

const maxWaitMs = 60_000;
const pauseMs = 250;

export interface HeldOptions {
  readonly athleteId: number;
  /** Whether it does not wait for another process. */
  readonly failIfHeld: boolean;
}

/**
 * Runs `work` under the athlete's lease; the athlete's document is made where there is none.
 * @throws AthleteHeldError if another process does not release the athlete within a minute.
 */
export async function whileImporting<T>(
  program: Program,
  database: Database,
  { athleteId, failIfHeld }: HeldOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const startedMs = program.clock.monotonicMs();
  const wait = { athleteId, startedMs, failIfHeld };
  // It tells a daemon to release the athlete, and to take the athlete again only afterwards.
  const wanted = await acquire(program, database, { ...wait, doing: 'importing' });
  try {
    const lease = await acquire(program, database, { ...wait, doing: 'syncing' });
    try {
      await database.athletes.take(athleteId, lease.epoch);
      return await work(lease);
    } finally {
      await lease.release();
    }
  } finally {
    await wanted.release();
  }
}

interface Wait extends HeldOptions {
  /** Of the clock that no change of the time moves. */
  readonly startedMs: number;
  /** What a process does that holds the lease. */
  readonly doing: 'syncing' | 'importing';
}

async function acquire(
  { clock, log, signal }: Program,
  { leases }: Database,
  { athleteId, failIfHeld, startedMs, doing }: Wait,
): Promise<Lease> {
  const name = doing === 'importing' ? importLease(athleteId) : athleteLease(athleteId);
  for (let tries = 1; ; tries += 1) {
    const lease = await leases.tryAcquire(name);
    if ('epoch' in lease) return lease;
    const holder = `Process ${lease.pid} on ${lease.host} is ${doing} athlete ${athleteId}`;
    if (failIfHeld || clock.monotonicMs() - startedMs >= maxWaitMs)
      throw new AthleteHeldError(
        `${holder}. Nothing was imported: run the same command again later, or stop that process first.`,
      );
    if (tries === 1) log.info(`${holder}; waiting until it is done.`);
    await clock.sleep(pauseMs, signal);
    signal.throwIfAborted();
  }
}
