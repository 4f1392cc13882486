import { describe, expect, it } from 'vitest';

import { isSameRecording } from '../../../src/domain/bulk-export/agreement.ts';

const record = { elapsed_time: 3_600, distance: 20_000 };

describe('a row and a record', () => {
  it.each([
    ['equal', {}, true],
    ['two seconds apart', { elapsed_time: 3_602 }, true],
    ['three seconds apart', { elapsed_time: 3_597 }, false],
    ['one per cent apart', { distance: 20_200 }, true],
    ['more than one per cent apart', { distance: 20_201 }, false],
    ['without a duration', { elapsed_time: null }, false],
    ['without a distance', { distance: null }, false],
  ])('a row and a record of one recording or not: %s', (_, changes, expected) => {
    expect(isSameRecording({ ...record, ...changes }, record)).toBe(expected);
  });

  it('a row and a record of a short activity may be fifty metres apart, also without any distance', () => {
    const short = { elapsed_time: 60, distance: 100 };
    expect(isSameRecording({ ...short, distance: 150 }, short)).toBe(true);
    expect(isSameRecording({ ...short, distance: 151 }, short)).toBe(false);
    expect(isSameRecording({ elapsed_time: 60 }, { elapsed_time: 60, distance: 0 })).toBe(true);
  });

  it('a row and a record are not of one recording where the record has no duration', () => {
    expect(isSameRecording(record, { distance: 20_000 })).toBe(false);
  });
});
