import { describe, expect, it } from 'vitest';
import { QuotaSpentError } from '../../src/errors.ts';
import {
  MalformedResponseError,
  RateLimitedError,
  StravaTransientError,
} from '../../src/strava-errors.ts';
import type { RetryDeps } from '../../src/sync/retry.ts';
import { retryTransient } from '../../src/sync/retry.ts';

/** A clock that sleeping moves on. */
function depsOf(changes: Partial<RetryDeps> = {}) {
  let nowMs = 1_000_000;
  const waits: Date[] = [];
  const deps: RetryDeps = {
    clock: {
      nowMs: () => nowMs,
      monotonicMs: () => nowMs,
      sleep: (ms) => {
        nowMs += ms;
        return Promise.resolve();
      },
    },
    nowMs: () => nowMs,
    random: () => 0.5,
    signal: new AbortController().signal,
    failOnQuota: false,
    deadlineMs: 60_000,
    onWait: (opensAt) => void waits.push(opensAt),
    ...changes,
  };
  return { deps, waits };
}

/** Fails in these ways, one after the other, and then succeeds. */
function failing(...errors: readonly Error[]): () => Promise<string> {
  const left = [...errors];
  return () => {
    const error = left.shift();
    return error === undefined ? Promise.resolve('response') : Promise.reject(error);
  };
}

const reset = new StravaTransientError('A reset.');

describe('a request outside a run', () => {
  it('a request outside a run waits for the quota, however long it takes, and says until when', async () => {
    const { deps, waits } = depsOf();
    const opensAt = new Date(1_000_000 + 900_000);
    const request = failing(reset, new QuotaSpentError(opensAt), reset, reset);
    expect(await retryTransient(deps, request)).toBe('response');
    expect(waits).toEqual([opensAt]);
    expect(deps.nowMs()).toBeGreaterThan(opensAt.getTime());
  });

  it('a request outside a run fails with failOnQuota when the quota is spent', async () => {
    const { deps } = depsOf({ failOnQuota: true });
    const spent = new QuotaSpentError(new Date(2_000_000));
    await expect(retryTransient(deps, failing(spent))).rejects.toBe(spent);
  });

  it('a request outside a run is made again after a 429: the rate limiter then says until when the quota is spent', async () => {
    const { deps } = depsOf();
    expect(await retryTransient(deps, failing(new RateLimitedError('429')))).toBe('response');
  });

  it('a request outside a run fails when Strava stays down until the deadline, and at once where a retry does not help', async () => {
    const { deps } = depsOf();
    const always = (): Promise<string> => Promise.reject(reset);
    await expect(retryTransient(deps, always)).rejects.toBe(reset);
    expect(deps.nowMs()).toBeGreaterThanOrEqual(1_060_000);
    const malformed = new MalformedResponseError('Nonsense.');
    await expect(retryTransient(deps, failing(malformed))).rejects.toBe(malformed);
  });

  it('a request outside a run ends when it is stopped', async () => {
    const { deps } = depsOf({ signal: AbortSignal.abort() });
    await expect(retryTransient(deps, failing(reset))).rejects.toBe(reset);
  });
});
