/**
 * The figures of a measured program: the table of the benchmark, and their comparison with the limits.
 */
import limits from './limits.json' with { type: 'json' };
import type { MongodUsage } from './mongod-usage.ts';
import type { Usage } from './usage.ts';

/** One program, measured once. */
export interface Measured extends Usage {
  readonly requests: number;
  readonly mongod: MongodUsage;
}

/** A row of the table. */
interface Figure {
  readonly name: string;
  readonly read: (of: Measured, activities: number) => number;
  readonly digits: number;
  /** Its key in the file of limits, if `--check` compares it. */
  readonly key?: keyof typeof limits;
}

const figures: readonly Figure[] = [
  { name: 'requests an activity', read: ({ requests }, count) => requests / count, digits: 3 },
  { name: 'CPU, user and system, s', read: ({ cpuMs }) => cpuMs / 1_000, digits: 1 },
  { name: "mongod's CPU, s", read: ({ mongod }) => mongod.cpuMs / 1_000, digits: 1 },
  { name: 'wall time, s', read: ({ wallMs }) => wallMs / 1_000, digits: 1 },
  { name: 'peak RSS, MB', read: ({ peakMb }) => peakMb, digits: 0 },
  {
    name: 'commands an activity',
    read: ({ mongod }, count) => mongod.commands / count,
    digits: 2,
    key: 'commands',
  },
  {
    name: 'journal syncs an activity',
    read: ({ mongod }, count) => mongod.journalSyncs / count,
    digits: 2,
    key: 'journalSyncs',
  },
  {
    name: 'journal an activity, kB',
    read: ({ mongod }, count) => mongod.journalBytes / count / 1_000,
    digits: 1,
    key: 'journalKb',
  },
];

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

/** The median of each figure over the rounds. */
export function mediansOf(rounds: readonly Measured[], activities: number): readonly number[] {
  return figures.map(({ read }) => median(rounds.map((round) => read(round, activities))));
}

/** A column for each program, and the ratios of the last one to the others. */
export function tableOf(
  names: readonly string[],
  medians: readonly (readonly number[])[],
  activities: number,
): string {
  const own = medians.at(-1) ?? [];
  const ratios = names.slice(0, -1).map((name) => `to the ${name}`);
  const header = [`${activities} activities with streams`, ...names, ...ratios];
  const rows = figures.map(({ name, digits }, row) => [
    name,
    ...medians.map((figure) => (figure[row] ?? NaN).toFixed(digits)),
    ...medians.slice(0, -1).map((figure) => ((own[row] ?? NaN) / (figure[row] ?? NaN)).toFixed(2)),
  ]);
  return [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** A line for each limit; `isWithin` is false where the program costs more. */
export function compareWithLimits(
  medians: readonly number[],
): readonly { readonly text: string; readonly isWithin: boolean }[] {
  return figures.flatMap(({ name, key, digits }, row) => {
    if (key === undefined) return [];
    const [found, limit] = [medians[row] ?? NaN, limits[key]];
    const isWithin = found <= limit;
    const word = isWithin ? 'ok' : 'OVER';
    return [{ text: `${word}: ${name} ${found.toFixed(digits)} of at most ${limit}`, isWithin }];
  });
}
