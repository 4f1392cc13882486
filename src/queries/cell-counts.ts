/**
 * The cells of a heat map, as `derived.cells` packs them, and how often each was passed. Counting them here takes
 * two fifths of the CPU of MongoDB's `$group`.
 */
import type { Document } from 'mongodb';

/** `derived.cells` is samples × 2^36 + column × rows + row. */
export const cellIndices = 2 ** 36;
export const cellRows = 180_001;
export const maxCell = 64_800_540_000;

/** Some 40 MB, and half as much again while the table grows. */
const defaultMaxCells = 1_000_000;
const none = -1;

/**
 * The answer of the question `heat-map` from documents whose `cell` is a list of packed cells; undefined beyond
 * `maxCells`, which would take too much memory.
 */
export async function heatMapOf(
  documents: AsyncIterable<Document>,
  { limit, maxCells = defaultMaxCells }: { readonly limit: number; readonly maxCells?: number },
): Promise<readonly Document[] | undefined> {
  const counts = new CellCounts();
  for await (const { cell } of documents) {
    for (const packed of cell as readonly unknown[]) {
      if (typeof packed !== 'number') continue;
      const samples = Math.floor(packed / cellIndices);
      const index = packed - samples * cellIndices;
      if (index >= 0 && index <= maxCell) counts.add(index, samples);
    }
    if (counts.size > maxCells) return undefined;
  }
  return counts.mostPassed(limit);
}

/** A hash table with open addresses, because a Map of as many takes a third more CPU and twice the memory. */
class CellCounts {
  #bits = 12;
  #indices = new Float64Array(2 ** this.#bits).fill(none);
  #samples = new Float64Array(2 ** this.#bits);
  #activities = new Uint32Array(2 ** this.#bits);
  size = 0;

  add(index: number, samples: number, activities = 1): void {
    const slot = this.#slotOf(index);
    if (this.#indices[slot] === none) {
      this.#indices[slot] = index;
      this.size += 1;
    }
    this.#samples[slot] = (this.#samples[slot] ?? 0) + samples;
    this.#activities[slot] = (this.#activities[slot] ?? 0) + activities;
    if (2 * this.size > this.#indices.length) this.#grow();
  }

  /** Those with the most samples first, and of the lowest index among equals. */
  mostPassed(limit: number): readonly Document[] {
    const [indices, samples] = [this.#indices, this.#samples];
    const minSamples = Float64Array.from(samples).sort().at(-limit) ?? 0;
    const slots: number[] = [];
    for (let slot = 0; slot < indices.length; slot += 1)
      if (indices[slot] !== none && (samples[slot] ?? 0) >= minSamples) slots.push(slot);
    const order = (one: number, other: number): number =>
      (samples[other] ?? 0) - (samples[one] ?? 0) || (indices[one] ?? 0) - (indices[other] ?? 0);
    return slots
      .sort(order)
      .slice(0, limit)
      .map((slot) => ({
        activities: this.#activities[slot],
        samples: samples[slot],
        ...centreOf(indices[slot] ?? 0),
      }));
  }

  /** The slot of a cell, or the free one where it belongs. */
  #slotOf(index: number): number {
    const indices = this.#indices;
    let slot = Math.imul(index | 0, 0x9e3779b1) >>> (32 - this.#bits);
    while (indices[slot] !== index && indices[slot] !== none) {
      slot = (slot + 1) & (indices.length - 1);
    }
    return slot;
  }

  #grow(): void {
    const [indices, samples, activities] = [this.#indices, this.#samples, this.#activities];
    this.#bits += 1;
    this.#indices = new Float64Array(2 ** this.#bits).fill(none);
    this.#samples = new Float64Array(2 ** this.#bits);
    this.#activities = new Uint32Array(2 ** this.#bits);
    this.size = 0;
    indices.forEach((index, slot) => {
      if (index !== none) this.add(index, samples[slot] ?? 0, activities[slot]);
    });
  }
}

function centreOf(index: number): { readonly lng: number; readonly lat: number } {
  return {
    lng: (Math.floor(index / cellRows) - 180_000) / 1_000,
    lat: ((index % cellRows) - 90_000) / 1_000,
  };
}
