import { describe, expect, it } from 'vitest';

import type { Clock } from '../../src/clock.ts';
import { createRecentValue } from '../../src/http/recent-value.ts';

/** A clock that stands still but for sleeps, which pass at once. */
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
  const gates: PromiseWithResolvers<number>[] = [];
  const load = (): Promise<number> => {
    loadedAtMs.push(clock.monotonicMs());
    const rateLimiter = Promise.withResolvers<number>();
    gates.push(rateLimiter);
    return rateLimiter.promise;
  };
  /** Lets everything go on that can, then ends a loading, and lets everything go on again. */
  const settle = async (index: number): Promise<void> => {
    await new Promise(setImmediate);
    gates[index]?.resolve(index);
    await new Promise(setImmediate);
  };
  return {
    value: createRecentValue({ load, clock, pollIntervalMs: 100 }),
    pass,
    loadedAtMs,
    gates,
    settle,
  };
}

describe('a recent value', () => {
  it('is loaded once for all who ask at the same time, and kept while it is young', async () => {
    const { value, pass, loadedAtMs, settle } = useValue();
    const asked = Array.from({ length: 1_000 }, () => value.read(2_000));
    await settle(0);
    expect(new Set(await Promise.all(asked))).toEqual(new Set([0]));
    pass(1_999);
    expect(await value.read(2_000)).toBe(0);
    expect(loadedAtMs).toHaveLength(1);
    pass(1);
    const next = value.read(2_000);
    await settle(1);
    expect(await next).toBe(1);
  });

  it('with an age of zero is loaded after the call, though another loading is under way', async () => {
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

  it('that could not be loaded fails for who waits, and is loaded again for who comes later', async () => {
    const { value, gates, settle } = useValue();
    const failing = value.read(0);
    await new Promise(setImmediate);
    gates[0]?.reject(new Error('away'));
    await expect(failing).rejects.toThrow('away');
    const later = value.read(0);
    await settle(1);
    expect(await later).toBe(1);
  });
});
