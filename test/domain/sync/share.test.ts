import { describe, expect, it } from 'vitest';
import { createSurplus, isShort, shareOf, wantedOf } from '../../../src/domain/sync/share.ts';

describe("a worker's share", () => {
  it("a worker's share is an equal part of the athletes with work, rounded up", () => {
    expect(shareOf({ own: 30, others: [] })).toBe(30);
    expect(shareOf({ own: 30, others: [0] })).toBe(15);
    expect(shareOf({ own: 31, others: [0, 0] })).toBe(11);
    expect(shareOf({ own: 0, others: [0] })).toBe(0);
  });
});

describe('a worker that finds free athletes', () => {
  it('a worker that finds free athletes takes its share of them', () => {
    expect(wantedOf({ own: 0, others: [] }, 30, 30)).toBe(30);
    expect(wantedOf({ own: 0, others: [0, 0] }, 30, 30)).toBe(10);
    expect(wantedOf({ own: 10, others: [10, 0] }, 10, 30)).toBe(0);
    expect(wantedOf({ own: 5, others: [10, 10] }, 5, 30)).toBe(5);
  });

  it('a worker that finds free athletes does not count athletes twice that another worker is about to take', () => {
    expect(wantedOf({ own: 0, others: [30] }, 30, 30)).toBe(15);
  });
});

describe('a worker with more than its share', () => {
  it('a worker with more than its share gives the surplus back once it has lasted, and then lets the others take it', () => {
    const surplus = createSurplus();
    const uneven = { own: 30, others: [0] };
    expect([1, 2].map(() => surplus(uneven))).toEqual([0, 15]);
    // The other one has not taken what is free yet: that is no reason to give more.
    expect([1, 2, 3, 4].map(() => surplus({ own: 15, others: [0] }))).toEqual([0, 0, 0, 0]);
    expect([1, 2, 3].map(() => surplus({ own: 15, others: [15] }))).toEqual([0, 0, 0]);
  });

  it('a worker with more than its share keeps what was too much for a moment only', () => {
    const surplus = createSurplus();
    const looks = [
      { own: 20, others: [10] },
      { own: 15, others: [15] },
      { own: 20, others: [10] },
    ];
    expect(looks.map((loads) => surplus(loads))).toEqual([0, 0, 0]);
  });
});

describe('a worker with less than its share', () => {
  it('a worker with less than its share is short only where another one has more than its share', () => {
    expect(isShort({ own: 0, others: [30] })).toBe(true);
    expect(isShort({ own: 0, others: [1, 1] })).toBe(false);
    expect(isShort({ own: 10, others: [11, 10] })).toBe(false);
    expect(isShort({ own: 0, others: [] })).toBe(false);
  });
});
