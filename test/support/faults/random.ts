/**
 * Reproducible randomness for tests: a small generator, and the seed of this run.
 */
import { scaled } from './fault-scale.ts';

/**
 * FAULT_SEED; else, so that a short run that fails can be repeated, always the same in the short form,
 * and another one each time in the whole one. Print it wherever something fails.
 */
export const faultSeed = Number(process.env['FAULT_SEED'] ?? scaled(1, Date.now() % 1_000_000_000));

export interface Random {
  /** From 0 to 1, 1 excluded. */
  next(): number;
  /** Both bounds included. */
  integer(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
}

/** Mulberry32, of Tommy Ettinger: 32 bits of state. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    integer,
    pick: (items) => {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new RangeError('There is nothing to pick from.');
      return item;
    },
  };
}
