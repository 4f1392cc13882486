/**
 * Keeps one lease alive: renews it several times within its duration, and knows by two clocks when it
 * may have run out, because the monotonic one stands still while a machine sleeps.
 */
import type { Clock } from '../../clock.ts';
import { DomestiqueError, LeaseLostError, MongoUnavailableError } from '../../errors.ts';
import type { Lease } from '../../sync/ports/leases.ts';
import type { Collections } from '../schema/collections.ts';

/** What was taken: the name, by whom, and the how-manieth holder that is. */
export interface Grant {
  readonly name: string;
  readonly owner: string;
  readonly epoch: number;
}

export interface ClockReading {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export interface RenewalOptions {
  readonly leases: Collections['leases'];
  readonly grant: Grant;
  readonly durationMs: number;
  readonly clock: Clock;
  /** Read before the lease was requested; the lease counts from then on. */
  readonly requestedAt: ClockReading;
}

const beatsPerDuration = 3;

export function readClocks(clock: Clock): ClockReading {
  return { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
}

/** The lease of a grant, renewed until it is released or lost. */
export function keepAlive(options: RenewalOptions): Lease {
  const { grant, clock, durationMs } = options;
  const lost = new AbortController();
  const ended = new AbortController();
  let renewedAt = options.requestedAt;

  const renew = async (): Promise<void> => {
    const requestedAt = readClocks(clock);
    if (await renewOnce(options)) renewedAt = requestedAt;
    else lost.abort();
  };

  const beating = beat(options, renew, AbortSignal.any([ended.signal, lost.signal]));

  return {
    epoch: grant.epoch,
    signal: lost.signal,
    assertHeld: async () => {
      if (!lost.signal.aborted && hasRunOut(renewedAt, readClocks(clock), durationMs))
        await renew();
      if (lost.signal.aborted) throw new LeaseLostError(`The lease ${grant.name} was taken over.`);
    },
    release: async () => {
      ended.abort();
      await beating;
      await letGo(options);
    },
  };
}

function hasRunOut(renewedAt: ClockReading, now: ClockReading, durationMs: number): boolean {
  return (
    now.wallMs - renewedAt.wallMs >= durationMs ||
    now.monotonicMs - renewedAt.monotonicMs >= durationMs
  );
}

async function beat(
  { clock, durationMs }: RenewalOptions,
  renew: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(durationMs / beatsPerDuration, signal);
    if (signal.aborted) return;
    try {
      await renew();
    } catch (error) {
      // The next beat tries again; before a write the clocks decide.
      if (!(error instanceof DomestiqueError)) throw error;
    }
  }
}

async function renewOnce({ leases, grant, durationMs }: RenewalOptions): Promise<boolean> {
  const { name, owner, epoch } = grant;
  const { matchedCount } = await leases.updateOne({ _id: name, owner, epoch }, [
    { $set: { expires_at: { $add: ['$$NOW', durationMs] } } },
  ]);
  return matchedCount > 0;
}

/** Without MongoDB the lease runs out by itself. */
async function letGo({ leases, grant: { name, owner, epoch } }: RenewalOptions): Promise<void> {
  try {
    await leases.updateOne({ _id: name, owner, epoch }, { $set: { expires_at: new Date(0) } });
  } catch (error) {
    if (!(error instanceof MongoUnavailableError)) throw error;
  }
}
