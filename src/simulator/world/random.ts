/**
 * Randomness that repeats: everything the simulator invents comes from a generator that is made
 * from a seed and the name of the thing invented. It never touches the machine's own randomness.
 */

/** A small deterministic generator; two made from the same seeds give the same sequence. */
export interface Random {
  /** The next number in [0, 1). */
  next(): number;
  between(min: number, max: number): number;
  /** Both bounds are included. */
  integer(min: number, max: number): number;
  chance(share: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** `digits` hexadecimal digits. */
  hex(length: number): string;
}

/** Makes a generator from any number of seeds (FNV-1a into mulberry32). */
export function createRandom(...seeds: readonly (number | string)[]): Random {
  let state = hashText(seeds.join('/'));
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (min: number, max: number): number => min + (max - min) * next();
  return {
    next,
    between,
    integer: (min, max) => Math.floor(between(min, max + 1)),
    chance: (share) => next() < share,
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new RangeError('Nothing to pick from.');
      return item;
    },
    hex: (length) => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join(''),
  };
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
