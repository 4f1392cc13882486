import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { derivedFrom } from '../../../src/domain/derived/derived.ts';
import type { Sample } from '../../../src/domain/activity/streams.ts';

interface Positions {
  readonly lat: readonly Sample[];
  readonly lng?: readonly Sample[];
}

function packedCells(positions: Positions): readonly number[] {
  const arrays = new Map<string, readonly Sample[]>(Object.entries(positions));
  return derivedFrom({ sampleCount: positions.lat.length, arrays }).cells;
}

/** Unpacked: samples × 2^36 + column × 180,001 + row. */
function cellsOf(positions: Positions) {
  return packedCells(positions).map((cell) => {
    const [packed, rows, indices] = [BigInt(cell), 180_001n, 2n ** 36n];
    const index = packed % indices;
    return {
      lng: (Number(index / rows) - 180_000) / 1_000,
      lat: (Number(index % rows) - 90_000) / 1_000,
      samples: Number(packed / indices),
    };
  });
}

describe('heat cells', () => {
  it('heat cells count at most 131,071 samples each, so that a double holds the integer', () => {
    const rest = Array.from({ length: 140_000 }, () => 180);
    const [cell = 0] = packedCells({ lat: rest.map(() => 90), lng: rest });
    expect(Number.isSafeInteger(cell)).toBe(true);
    expect(cellsOf({ lat: rest.map(() => 90), lng: rest })).toEqual([
      { lng: 180, lat: 90, samples: 131_071 },
    ]);
  });

  it('heat cells are centred at the thousandth of a degree', () => {
    const arrays = {
      lat: [48.2084, 48.20764, -0.0004, 48.2081],
      lng: [16.3731, 16.3726, 0, 16.373],
    };
    expect(cellsOf(arrays)).toEqual([
      { lng: 16.373, lat: 48.208, samples: 3 },
      { lng: 0, lat: 0, samples: 1 },
    ]);
  });

  it('heat cells leave out positions that are not on the globe', () => {
    const lat = [90.1, 48, null, 48, Number.NaN, 90, -90];
    const lng = [16, -180.1, 16, null, 16, 180, -180];
    expect(cellsOf({ lat, lng })).toEqual([
      { lng: 180, lat: 90, samples: 1 },
      { lng: -180, lat: -90, samples: 1 },
    ]);
    expect(packedCells({ lat: [48, 49] })).toEqual([]);
  });

  it('heat cells count every position in one cell', () => {
    const degree = fc.integer({ min: -900, max: 900 }).map((step) => step * 0.001 + 0.0003);
    fc.assert(
      fc.property(fc.array(fc.tuple(degree, degree)), (positions) => {
        const expected = new Map<string, number>();
        for (const position of positions) {
          const key = position.map((one) => (Number(one.toFixed(3)) + 0).toFixed(3)).join();
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
        const cells = cellsOf({
          lat: positions.map(([lat]) => lat),
          lng: positions.map(([, lng]) => lng),
        });
        const found = cells.map(({ lat, lng, samples }): [string, number] => [
          [lat, lng].map((one) => one.toFixed(3)).join(),
          samples,
        ]);
        expect(new Map(found)).toEqual(expected);
        expect(found).toHaveLength(expected.size);
      }),
    );
  });

  it('heat cells are the 20,000 with most samples', () => {
    const lng = Array.from({ length: 25_000 }, (_, at) => at / 500);
    const home = lng.slice(-200);
    const cells = cellsOf({ lat: [...lng, ...home].map(() => 0), lng: [...lng, ...home] });
    expect(cells).toHaveLength(20_000);
    expect(cells.filter(({ samples }) => samples === 2)).toHaveLength(200);
  });
});
