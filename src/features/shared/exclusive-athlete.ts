/**
 * Holds an athlete for an import or a rebuild, so that no other process writes what it is about to write.
 */
import { AthleteHeldError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import type { Program } from '../../program.ts';
import type { Lease } from '../../sync/ports/leases.ts';
import { athleteLease, importLease } from '../../sync/ports/leases.ts';

const maxWaitMs = 60_000;
const pauseMs = 250;

export interface ExclusiveOptions {
  readonly athleteId: number;
  /** What the error says where the athlete is not released: "Nothing was imported". */
  readonly undone: string;
  /** Whether it does not wait for another process. */
  readonly failIfHeld: boolean;
}

/**
 * Runs `work` under the athlete's lease; the athlete's document is made where there is none.
 * @throws AthleteHeldError if another process does not release the athlete within a minute.
 */
export async function whileExclusive<T>(
  program: Program,
  database: Database,
  options: ExclusiveOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const { athleteId } = options;
  const wait = { ...options, startedMs: program.clock.monotonicMs() };
  // It tells a daemon to release the athlete, and to take the athlete again only afterwards.
  const wanted = await acquire(program, database, { ...wait, doing: 'importing or rebuilding' });
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

const leaseOf = { syncing: athleteLease, 'importing or rebuilding': importLease } as const;

interface Wait extends ExclusiveOptions {
  /** Of the clock that no change of the time moves. */
  readonly startedMs: number;
  /** What a process does that holds the lease. */
  readonly doing: keyof typeof leaseOf;
}

async function acquire(
  { clock, log, signal }: Program,
  { leases }: Database,
  { athleteId, undone, failIfHeld, startedMs, doing }: Wait,
): Promise<Lease> {
  const name = leaseOf[doing](athleteId);
  for (let tries = 1; ; tries += 1) {
    const lease = await leases.tryAcquire(name);
    if ('epoch' in lease) return lease;
    const holder = `Process ${lease.pid} on ${lease.host} is ${doing} athlete ${athleteId}`;
    if (failIfHeld || clock.monotonicMs() - startedMs >= maxWaitMs)
      throw new AthleteHeldError(
        `${holder}. ${undone}: run the same command again later, or stop that process first.`,
      );
    if (tries === 1) log.info(`${holder}; waiting until it is done.`);
    await clock.sleep(pauseMs, signal);
    signal.throwIfAborted();
  }
}
