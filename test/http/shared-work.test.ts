import { describe, expect, it } from 'vitest';
import { createSharedWork } from '../../src/http/shared-work.ts';

describe('shared work', () => {
  it('simultaneous callers of one key share one run, and later ones start another', async () => {
    const shared = createSharedWork<number>();
    const runs: string[] = [];
    const work = (key: string) => (): Promise<number> => Promise.resolve(runs.push(key));
    const first = [shared('a', work('a')), shared('b', work('b')), shared('a', work('a'))];
    expect(await Promise.all(first)).toEqual([1, 2, 1]);
    expect(await shared('a', work('a'))).toBe(3);
    expect(runs).toEqual(['a', 'b', 'a']);
  });

  it('all callers of a run see its failure, and the next run is a new one', async () => {
    const shared = createSharedWork<number>();
    const fail = (): Promise<number> => Promise.reject(new Error('broken'));
    const both = await Promise.allSettled([shared('a', fail), shared('a', fail)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await shared('a', () => Promise.resolve(1))).toBe(1);
  });
});
