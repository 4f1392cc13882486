import { describe, expect, it } from 'vitest';

import type { RetryOptions } from '../src/retry.ts';
import { retry } from '../src/retry.ts';

/** Pauses as they were asked for; time passes only while it sleeps. */
function createOptions(changes: Partial<RetryOptions> = {}) {
  let nowMs = 0;
  const pauses: number[] = [];
  const clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms: number): Promise<void> => {
      pauses.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
  const backoff = { baseMs: 1_000, capMs: 4_000 };
  return {
    pauses,
    options: { isRetriable: () => true, backoff, clock, random: () => 1, ...changes },
  };
}

/** Fails so often, then gives 'done'. */
function failing(times: number): () => Promise<string> {
  let left = times;
  return () => {
    left -= 1;
    return left < 0
      ? Promise.resolve('done')
      : Promise.reject(new Error(`failure ${times - left}`));
  };
}

describe('retry', () => {
  it('retry waits longer after each failure, up to the cap, and gives the result', async () => {
    const { pauses, options } = createOptions();
    expect(await retry(failing(4), options)).toBe('done');
    expect(pauses).toEqual([1_000, 2_000, 4_000, 4_000]);
  });

  it('retry waits at least half of the bound, whatever chance says', async () => {
    const { pauses, options } = createOptions({ random: () => 0 });
    await retry(failing(2), options);
    expect(pauses).toEqual([500, 1_000]);
  });

  it('retry throws an error that is not retriable at once', async () => {
    const { pauses, options } = createOptions({ isRetriable: () => false });
    await expect(retry(failing(1), options)).rejects.toThrow('failure 1');
    expect(pauses).toEqual([]);
  });

  it('retry throws the last error once the deadline is over', async () => {
    const { options } = createOptions({ deadlineMs: 2_500 });
    await expect(retry(failing(9), options)).rejects.toThrow('failure 3');
  });

  it('retry throws the error when it is stopped while it waits, without another try', async () => {
    const stop = new AbortController();
    const { options } = createOptions({ signal: stop.signal });
    const sleep = (): Promise<void> => {
      stop.abort();
      return Promise.resolve();
    };
    const clock = { ...options.clock, sleep };
    await expect(retry(failing(9), { ...options, clock })).rejects.toThrow('failure 1');
  });
});
