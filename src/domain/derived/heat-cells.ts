/** Counts the samples of a recording in the cells of a grid, for a heat map. */
import type { Sample } from '../activity/streams.ts';
import { finite } from './timeline.ts';

/** The centre of a cell in degrees, and its number of samples. */
export interface HeatCell {
  readonly lng: number;
  readonly lat: number;
  readonly samples: number;
}

/** A cell is a thousandth of a degree, about 110 m from south to north. */
const cellsPerDegree = 1_000;
const cellsAround = 360 * cellsPerDegree + 1;
/** About 1.2 MB, so that a flight around the world leaves room for the activity in its document. */
const maxCells = 20_000;

/** The cells in the order of their first sample; of more than 20,000 only those with most samples. */
export function heatCells(lat: readonly Sample[], lng: readonly Sample[]): readonly HeatCell[] {
  const samples = new Map<number, number>();
  for (let index = 0; index < lat.length; index += 1) {
    const latitude = finite(lat[index]);
    const longitude = finite(lng[index]);
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) continue;
    const row = Math.round(latitude * cellsPerDegree) + 90 * cellsPerDegree;
    const column = Math.round(longitude * cellsPerDegree) + 180 * cellsPerDegree;
    const cell = row * cellsAround + column;
    samples.set(cell, (samples.get(cell) ?? 0) + 1);
  }
  return fullest([...samples]).map(([cell, count]) => ({
    lng: ((cell % cellsAround) - 180 * cellsPerDegree) / cellsPerDegree,
    lat: (Math.floor(cell / cellsAround) - 90 * cellsPerDegree) / cellsPerDegree,
    samples: count,
  }));
}

function fullest(cells: readonly (readonly [number, number])[]) {
  if (cells.length <= maxCells) return cells;
  return [...cells].sort((one, other) => other[1] - one[1]).slice(0, maxCells);
}
