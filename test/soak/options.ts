/**
 * The arguments of `npm run soak`.
 */
import { parseArgs } from 'node:util';

/** The kinds of rounds, in their order. */
export const roundKinds = [
  'kills',
  'mongod',
  'stepdowns',
  'pauses',
  'faults',
  'refresh',
  'responses',
  'events',
  'quota',
] as const;

export type RoundKind = (typeof roundKinds)[number];

export interface SoakOptions {
  /** No round starts after this time; undefined if a count was given. */
  readonly minutes: number | undefined;
  /** The number of rounds of each kind; infinite if a time was given. */
  readonly count: number;
  readonly seed: number;
  readonly kinds: readonly RoundKind[];
}

/** Arguments that cannot be used; the message is one sentence. */
export class SoakUsageError extends Error {}

const usage =
  'give --minutes M or --count N, and --seed S or --only KIND,… as you like, as in npm run soak -- --count 3';
const maxSeed = 2 ** 31;

/**
 * @param defaultSeed The seed if none is given.
 * @throws {SoakUsageError}
 */
export function readSoakOptions(args: readonly string[], defaultSeed: number): SoakOptions {
  const { minutes, count, seed, only } = parse(args);
  if (minutes !== undefined && count !== undefined) {
    throw new SoakUsageError(`--minutes and --count exclude each other: ${usage}.`);
  }
  return {
    minutes: minutes === undefined ? undefined : positive('--minutes', minutes),
    count: count === undefined ? (minutes === undefined ? 1 : Infinity) : whole('--count', count),
    seed: seed === undefined ? defaultSeed : whole('--seed', seed),
    kinds: only === undefined ? roundKinds : only.split(',').map(kindOf),
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = { minutes: text, count: text, seed: text, only: text };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('. ');
    throw new SoakUsageError(`${reason.replace(/\.$/, '')}: ${usage}.`, { cause: error });
  }
}

function positive(name: string, text: string): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value > 0 && Number.isFinite(value)) return value;
  throw new SoakUsageError(`${name} is "${text}", and takes a number above 0.`);
}

function whole(name: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value > 0 && value < maxSeed) return value;
  throw new SoakUsageError(`${name} is "${text}", and takes a whole number from 1 to 2147483647.`);
}

function kindOf(text: string): RoundKind {
  const kind = roundKinds.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new SoakUsageError(`--only names "${text}", and takes some of ${roundKinds.join(',')}.`);
}
