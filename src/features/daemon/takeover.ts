/**
 * Looks for dead processes while the daemon has no run: what they held is synced within two lease
 * durations, not only at the next tick.
 */
import type { Clock } from '../../clock.ts';
import type { Freed } from '../../sync/ports/leases.ts';

export interface TakeoverOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** A look takes place once in this time. */
  readonly leaseDurationMs: number;
  /** Removes dead workers that shared this application's athletes. */
  readonly freeDead: () => Promise<Freed>;
  /** Whether a run is active, which looks by itself. */
  readonly isBusy: () => boolean;
  readonly onDeath: () => void;
  /** Logs a failure. */
  readonly attempt: (look: () => Promise<void>) => Promise<void>;
}

export interface Takeover {
  /** In how many milliseconds to look again. */
  readonly waitMs: () => number;
  /** Aborted when `waitMs` has become shorter. */
  readonly changed: () => AbortSignal;
  /** Looks if it is time to, without waiting for the answer. */
  readonly lookIfDue: () => void;
  readonly settled: () => Promise<void>;
}

const minWaitMs = 50;

export function createTakeover(options: TakeoverOptions): Takeover {
  const { clock, leaseDurationMs, freeDead, isBusy, onDeath, attempt } = options;
  let looking: Promise<void> | undefined;
  let changing = new AbortController();
  let lookAtMs = clock.monotonicMs() + leaseDurationMs;

  const look = async (): Promise<void> => {
    const { leases, suspectMs } = await freeDead();
    if (leases > 0) onDeath();
    // One that has missed a renewal is looked at again when it expires.
    if (suspectMs === undefined) return;
    lookAtMs = clock.monotonicMs() + Math.max(minWaitMs, suspectMs);
    changing.abort();
  };

  return {
    waitMs: () => lookAtMs - clock.monotonicMs(),
    changed: () => {
      if (changing.signal.aborted) changing = new AbortController();
      return changing.signal;
    },
    lookIfDue: () => {
      if (clock.monotonicMs() < lookAtMs) return;
      lookAtMs = clock.monotonicMs() + leaseDurationMs;
      if (isBusy()) return;
      looking ??= attempt(look).finally(() => {
        looking = undefined;
      });
    },
    settled: async () => {
      await looking;
    },
  };
}
