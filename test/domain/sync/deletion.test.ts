import { describe, expect, it } from 'vitest';
import { isAsWide, rejectDeletions } from '../../../src/domain/sync/deletion.ts';

describe('what is missing from a list', () => {
  it.each([
    [0, 0, true, undefined],
    [0, 100, false, undefined],
    [1, 100, true, undefined],
    [1, 100, false, 'scope'],
    [1, 1, true, 'all'],
    [100, 100, true, 'all'],
    [10, 11, true, undefined],
    [11, 55, true, undefined],
    [11, 54, true, 'many'],
    [21, 100, true, 'many'],
  ])(
    '%d of %d, private ones shown: %s, is rejected as %s',
    (missing, stored, canSeePrivate, rejection) => {
      expect(rejectDeletions({ missing, stored, canSeePrivate })).toBe(rejection);
    },
  );
});

describe('a reading of the list', () => {
  it.each([
    ['page', 'page', true],
    ['page', 'recent', false],
    ['recent', 'page', true],
    ['recent', 'full', false],
    ['full', 'recent', true],
  ] as const)('%s shows everything that %s does: %s', (reading, other, isWide) => {
    expect(isAsWide(reading, other)).toBe(isWide);
  });
});
