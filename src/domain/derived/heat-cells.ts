/** Counts the samples of a recording in the cells of a grid, for a heat map. */
import type { Sample } from '../activity/streams.ts';
import { finite } from './timeline.ts';

/** A cell is a thousandth of a degree, about 110 m from south to north. */
const cellsPerDegree = 1_000;
/** The cells from pole to pole. */
const rows = 180 * cellsPerDegree + 1;
/** Above the highest index of a cell, which is 64,800,540,000. */
const indices = 2 ** 36;
/** More would leave the integers that a double holds exactly: 36 hours at a sample a second. */
const maxSamples = 2 ** 17 - 1;
/** Some 300 kB: a flight around the world leaves room for the activity in its document. */
const maxCells = 20_000;

/**
 * The cells in the order of their first sample; of more than 20,000 only those with most samples. Each is
 * one integer, which takes a quarter of a document's space and half of the CPU of a heat map:
 * samples × 2^36 + index. The index is column × 180,001 + row; the columns count from 180° west, the
 * rows from the South Pole.
 */
export function heatCells(lat: readonly Sample[], lng: readonly Sample[]): readonly number[] {
  const samples = new Map<number, number>();
  let latest = -1;
  let inLatest = 0;
  for (let place = 0; place < lat.length; place += 1) {
    const latitude = finite(lat[place]);
    const longitude = finite(lng[place]);
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) continue;
    const row = Math.round(latitude * cellsPerDegree) + 90 * cellsPerDegree;
    const column = Math.round(longitude * cellsPerDegree) + 180 * cellsPerDegree;
    const index = column * rows + row;
    // A recording stays in a cell for many samples.
    if (index !== latest) {
      if (inLatest > 0) samples.set(latest, (samples.get(latest) ?? 0) + inLatest);
      [latest, inLatest] = [index, 0];
    }
    inLatest += 1;
  }
  if (inLatest > 0) samples.set(latest, (samples.get(latest) ?? 0) + inLatest);
  return fullest([...samples]).map(
    ([index, count]) => Math.min(count, maxSamples) * indices + index,
  );
}

function fullest(cells: readonly (readonly [number, number])[]) {
  if (cells.length <= maxCells) return cells;
  return [...cells].sort((one, other) => other[1] - one[1]).slice(0, maxCells);
}
