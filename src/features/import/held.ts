/**
 * Holds an athlete for an import, so that no other process fetches what it is about to fill.
 */
import { commandLine } from '../../domain/invocation.ts';
import { AthleteHeldError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import type { Program } from '../../program.ts';
import type { Lease, LeaseHolder } from '../../sync/ports/leases.ts';
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
  // It tells a daemon to release the athlete, and to take the athlete again only afterwards.
  const wanted = await database.leases.tryAcquire(importLease(athleteId));
  if (!('epoch' in wanted)) throw held('importing', athleteId, wanted);
  try {
    const lease = await acquire(program, database, { athleteId, failIfHeld });
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

async function acquire(
  { clock, log, signal }: Program,
  { leases }: Database,
  { athleteId, failIfHeld }: HeldOptions,
): Promise<Lease> {
  const startedMs = clock.monotonicMs();
  for (let tries = 1; ; tries += 1) {
    const lease = await leases.tryAcquire(athleteLease(athleteId));
    if ('epoch' in lease) return lease;
    if (failIfHeld || clock.monotonicMs() - startedMs >= maxWaitMs)
      throw held('syncing', athleteId, lease);
    if (tries === 1)
      log.info(
        `Process ${lease.pid} on ${lease.host} is syncing athlete ${athleteId}; waiting until it is done.`,
      );
    await clock.sleep(pauseMs, signal);
    signal.throwIfAborted();
  }
}

function held(
  doing: 'syncing' | 'importing',
  athleteId: number,
  { pid, host }: LeaseHolder,
): AthleteHeldError {
  return new AthleteHeldError(
    `Process ${pid} on ${host} is ${doing} athlete ${athleteId}. Nothing was imported: run the same command again later, or stop that process (${commandLine('start')} or ${commandLine('sync')}) first.`,
  );
}
