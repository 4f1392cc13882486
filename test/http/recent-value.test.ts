import { describe, expect, it } from 'vitest';

import type { Clock } from '../../src/clock.ts';
import { createRecentValue } from '../../src/http/recent-value.ts';

/** A clock that moves only by its sleeps, which pass at once. */
function useClock() {
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms) => {
      nowMs += Math.max(0, ms);
      return Promise.resolve();
    },
  };
  return { clock, pass: (ms: number) => (nowMs += ms) };
}

function useValue() {
  const { clock, pass } = useClock();
  const loadedAtMs: number[] = [];
  const loads: PromiseWithResolvers<number>[] = [];
  const load = (): Promise<number> => {
    loadedAtMs.push(clock.monotonicMs());
    const loading = Promise.withResolvers<number>();
    loads.push(loading);
    return loading.promise;
  };
  /** Runs everything that can run, completes a load, and runs everything again. */
  const settle = async (index: number): Promise<void> => {
    await new Promise(setImmediate);
    loads[index]?.resolve(index);
    await new Promise(setImmediate);
  };
  return {
    value: createRecentValue({ load, clock, pollIntervalMs: 100 }),
    pass,
    loadedAtMs,
    loads,
    settle,
  };
}

describe('a recent value', () => {
  it('loads a value once for concurrent readers, and keeps it while it is recent', async () => {
    const { value, pass, loadedAtMs, settle } = useValue();
    const reads = Array.from({ length: 1_000 }, () => value.read(2_000));
    await settle(0);
    expect(new Set(await Promise.all(reads))).toEqual(new Set([0]));
    pass(1_999);
    expect(await value.read(2_000)).toBe(0);
    expect(loadedAtMs).toHaveLength(1);
    pass(1);
    const next = value.read(2_000);
    await settle(1);
    expect(await next).toBe(1);
  });

  it('starts a load after the call for an age of zero, even during another load', async () => {
    const { value, loadedAtMs, settle } = useValue();
    const first = value.read(0);
    await settle(0);
    expect(await first).toBe(0);
    const second = value.read(0);
    await new Promise(setImmediate);
    const others = [value.read(0), value.read(0)];
    await settle(1);
    await settle(2);
    expect(await second).toBe(1);
    expect(await Promise.all(others)).toEqual([2, 2]);
    expect(loadedAtMs).toEqual([0, 100, 200]);
  });

  it('fails the waiting readers when a load fails, and loads again for later ones', async () => {
    const { value, loads, settle } = useValue();
    const failing = value.read(0);
    await new Promise(setImmediate);
    loads[0]?.reject(new Error('away'));
    await expect(failing).rejects.toThrow('away');
    const later = value.read(0);
    await settle(1);
    expect(await later).toBe(1);
  });
});
