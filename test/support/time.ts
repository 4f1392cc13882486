/**
 * Time that a test moves: Strava's clock and a program's clocks, which can differ. It advances by
 * itself as the machine's does; a leap ends the sleeps that are due at once.
 */
import type { Clock } from '../../src/clock.ts';
import { systemClock } from '../../src/clock.ts';

export interface MovableTime {
  /** Strava's clock, which is right. */
  readonly strava: Clock;
  /** The program's clock. */
  readonly local: Clock;
  /** Advances all clocks. */
  pass(ms: number): void;
  /** Sets the program's wall clock forwards or (negative) backwards. */
  setLocal(byMs: number): void;
  /** The program's machine sleeps, with its monotonic clock standing still. */
  suspend(ms: number): void;
}

/** `stravaAheadMs` is the lead of Strava's clock from the start. */
export function createMovableTime(stravaAheadMs = 0): MovableTime {
  let [passedMs, sleptMs, setMs] = [0, 0, 0];
  let moved = new AbortController();
  const move = (): void => {
    moved.abort();
    moved = new AbortController();
  };
  const sinceStart = (): number => Date.now() + passedMs + sleptMs;
  const monotonicMs = (): number => performance.now() + passedMs;
  const sleep: Clock['sleep'] = async (ms, signal) => {
    const wakeMs = monotonicMs() + ms;
    const isOver = (): boolean => signal?.aborted === true || monotonicMs() >= wakeMs;
    while (!isOver()) {
      const ends = [moved.signal, ...(signal ? [signal] : [])];
      await systemClock.sleep(Math.ceil(wakeMs - monotonicMs()), AbortSignal.any(ends));
    }
  };
  return {
    strava: { nowMs: () => sinceStart() + stravaAheadMs, monotonicMs, sleep },
    local: { nowMs: () => sinceStart() + setMs, monotonicMs, sleep },
    pass: (ms) => {
      passedMs += ms;
      move();
    },
    setLocal: (byMs) => {
      setMs += byMs;
      move();
    },
    suspend: (ms) => {
      sleptMs += ms;
      move();
    },
  };
}
