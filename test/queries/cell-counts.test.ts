import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { cellIndices, cellRows, heatMapOf, maxCell } from '../../src/queries/cell-counts.ts';

async function* given(lists: Iterable<readonly unknown[]>): AsyncGenerator<Document> {
  for (const cell of lists) yield await Promise.resolve({ cell });
}

const packed = (samples: number, index: number): number => samples * cellIndices + index;
/** 16.372° east, 48.208° north. */
const vienna = 196_372 * cellRows + 138_208;

describe('the cells of a heat map', () => {
  it('the cells of a heat map have the sums of their samples and activities, the most passed first', async () => {
    const lists = [
      [packed(3, vienna), packed(9, vienna + 1)],
      [packed(4, vienna), packed(7, 0)],
      [packed(2, maxCell)],
    ];
    expect(await heatMapOf(given(lists), { limit: 3 })).toEqual([
      { activities: 1, samples: 9, lng: 16.372, lat: 48.209 },
      { activities: 1, samples: 7, lng: -180, lat: -90 },
      { activities: 2, samples: 7, lng: 16.372, lat: 48.208 },
    ]);
  });

  it('the cells of a heat map are counted right where many share a table that grows', async () => {
    const sums = new Map<number, number>();
    const lists = Array.from({ length: 300 }, (_, activity) =>
      Array.from({ length: 100 }, (_each, place) => {
        const index = ((activity * 7_919 + place * place * 31) % 9_973) * 6_000_011;
        const samples = (activity + place) % 50;
        sums.set(index, (sums.get(index) ?? 0) + samples);
        return packed(samples, index);
      }),
    );
    const answer = (await heatMapOf(given(lists), { limit: 20_000 })) ?? [];
    const indexOf = ({ lng, lat }: Document): number =>
      Math.round((Number(lng) + 180) * 1_000) * cellRows + Math.round((Number(lat) + 90) * 1_000);
    expect(new Map(answer.map((cell) => [indexOf(cell), cell['samples'] as number]))).toEqual(sums);
    expect(answer.reduce((sum, { activities }) => sum + Number(activities), 0)).toBe(30_000);
  });

  it('the cells of a heat map leave out what is no cell', async () => {
    const odd = ['text', Number.NaN, Number.POSITIVE_INFINITY, null, [5], maxCell + 1, -1];
    expect(await heatMapOf(given([odd, [packed(1, 0)]]), { limit: 10 })).toEqual([
      { activities: 1, samples: 1, lng: -180, lat: -90 },
    ]);
  });

  it('the cells of a heat map are left to MongoDB where they are too many', async () => {
    const lists = [[packed(1, 0), packed(1, 1)], [packed(1, 1)], [packed(1, 2)]];
    expect(await heatMapOf(given(lists), { limit: 1, maxCells: 3 })).toHaveLength(1);
    expect(await heatMapOf(given(lists), { limit: 1, maxCells: 2 })).toBeUndefined();
  });
});
