import { describe, expect, it } from 'vitest';
import { progressProblem } from '../../../src/domain/sync/list-progress.ts';

const seen = (beforeS: number | undefined, page: number, key: string, ...startsS: number[]) => ({
  request: { ...(beforeS !== undefined && { beforeS }), page },
  startsS,
  key,
});

describe('a list', () => {
  it('a list that shows other records on each page gets on', () => {
    expect(progressProblem(seen(undefined, 1, 'a b', 9, 8), undefined)).toBeUndefined();
    expect(progressProblem(seen(8, 2, 'c', 7), seen(8, 1, 'b', 7))).toBeUndefined();
    expect(progressProblem(seen(8, 1, 'b', 7), seen(8, 2, 'c', 7))).toBeUndefined();
  });

  it('a list that ends, or whose page is requested once more, gets on', () => {
    expect(progressProblem(seen(8, 3, ''), seen(8, 2, ''))).toBeUndefined();
    expect(progressProblem(seen(8, 2, 'b', 7), seen(8, 2, 'b', 7))).toBeUndefined();
    expect(progressProblem(seen(7, 1, 'b', 7), seen(undefined, 2, 'b', 7))).toBeUndefined();
  });

  it('a list whose odd record is out of place, or whose bound is included, gets on', () => {
    expect(progressProblem(seen(8, 1, 'a b', 99, 7), undefined)).toBeUndefined();
    expect(progressProblem(seen(8, 1, 'a b', 8, 8), undefined)).toBeUndefined();
    expect(progressProblem(seen(8, 1, 'unusable'), undefined)).toBeUndefined();
  });

  it('a list that shows one page again as the next or the one before does not get on', () => {
    const problem = /pages 1 and 2 show the same activities/;
    expect(progressProblem(seen(8, 2, 'b', 7), seen(8, 1, 'b', 7))).toMatch(problem);
    expect(progressProblem(seen(8, 1, 'b', 7), seen(8, 2, 'b', 7))).toMatch(/pages 2 and 1/);
    expect(progressProblem(seen(8, 2, 'unusable'), seen(8, 1, 'unusable'))).toMatch(problem);
  });

  it('a list that shows only what is newer than requested does not get on', () => {
    const problem = progressProblem(seen(8, 1, 'a b', 99, 9), undefined);
    expect(problem).toMatch(/only activities from after 1970-01-01T00:00:08.000Z/);
  });
});
