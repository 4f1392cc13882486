/**
 * What rounds saw: one round's figures, their sum, what breaks a guarantee, and the table at the end.
 */
import type { RoundKind } from './options.ts';

export interface Figures {
  /** What the round did to the program, for example `{ kills: 50 }`. */
  readonly done: Readonly<Record<string, number>>;
  /** The requests that counted against the quota, and those that exceeded it. */
  readonly requests: number;
  readonly overLimit: number;
  /** What the database lacks or has otherwise than Strava, one sentence each. */
  readonly lost: readonly string[];
  readonly doubled: number;
  /** Other broken guarantees, one sentence each. */
  readonly broken?: readonly string[];
  readonly tokens?: { readonly exchanges: number; readonly expiries: number };
  readonly quota?: { readonly used: number; readonly available: number };
  /** The longest time from SIGTERM to the end of a process. */
  readonly longestStopMs?: number;
}

const minShareUsed = 0.95;
/** Three times what a stop may take, because a loaded machine starves the process that measures it. */
const maxStopMs = 30_000;

/** The guarantees that a round broke, one sentence each. */
export function violationsOf(figures: Figures): readonly string[] {
  const { requests, overLimit, lost, doubled, tokens, quota, longestStopMs = 0 } = figures;
  const found = [...lost, ...(figures.broken ?? [])];
  if (overLimit > 0) found.push(`${overLimit} of ${requests} requests exceeded a limit`);
  if (doubled > 0) found.push(`${doubled} documents are doubled`);
  if (tokens && tokens.exchanges !== tokens.expiries) {
    found.push(`${tokens.exchanges} exchanges for ${tokens.expiries} expiries of a token`);
  }
  if (quota && quota.used < minShareUsed * quota.available) {
    found.push(`only ${quota.used} of ${quota.available} requests of the quota were used`);
  }
  if (longestStopMs > maxStopMs) found.push(`a stop took ${seconds(longestStopMs)} s`);
  return found;
}

/** The figures of several rounds together. */
export function sumFigures(all: readonly Figures[]): Figures {
  const total = (of: (figures: Figures) => number | undefined): number =>
    all.reduce((sum, figures) => sum + (of(figures) ?? 0), 0);
  const names = [...new Set(all.flatMap(({ done }) => Object.keys(done)))];
  const has = (key: 'tokens' | 'quota' | 'longestStopMs'): boolean =>
    all.some((figures) => figures[key] !== undefined);
  return {
    done: Object.fromEntries(names.map((name) => [name, total(({ done }) => done[name])])),
    requests: total(({ requests }) => requests),
    overLimit: total(({ overLimit }) => overLimit),
    lost: all.flatMap(({ lost }) => lost),
    doubled: total(({ doubled }) => doubled),
    broken: all.flatMap(({ broken = [] }) => broken),
    ...(has('tokens') && {
      tokens: {
        exchanges: total(({ tokens }) => tokens?.exchanges),
        expiries: total(({ tokens }) => tokens?.expiries),
      },
    }),
    ...(has('quota') && {
      quota: {
        used: total(({ quota }) => quota?.used),
        available: total(({ quota }) => quota?.available),
      },
    }),
    ...(has('longestStopMs') && {
      longestStopMs: Math.max(...all.map(({ longestStopMs = 0 }) => longestStopMs)),
    }),
  };
}

/** A round that came to its end. */
export interface FinishedRound {
  readonly kind: RoundKind;
  readonly figures: Figures;
  readonly tookMs: number;
}

const headings = [
  ...['kind', 'rounds', 'what was done', 'requests', 'over the limit', 'lost', 'doubled'],
  ...['exchanges per expiry', 'longest stop, s', 'quota used', 'seconds a round'],
];

/** A Markdown table with one row for each kind. */
export function soakTable(rounds: readonly FinishedRound[]): string {
  const byKind = Map.groupBy(rounds, ({ kind }) => kind);
  const rows = [...byKind].map(([kind, its]) => rowOf(kind, its));
  return [headings, headings.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** A round in one line. */
export function roundLine({ figures, tookMs }: FinishedRound): string {
  const { done, requests, overLimit, lost, doubled } = figures;
  const seen = `${requests} requests, ${overLimit} over the limit, ${lost.length} lost, ${doubled} doubled`;
  return `${doneText(done)}; ${seen}; ${seconds(tookMs)} s`;
}

function doneText(done: Figures['done']): string {
  const parts = Object.entries(done).map(([name, count]) => `${grouped(count)} ${name}`);
  return parts.join(', ');
}

function rowOf(kind: RoundKind, rounds: readonly FinishedRound[]): readonly string[] {
  const sum = sumFigures(rounds.map(({ figures }) => figures));
  const { tokens, quota, longestStopMs } = sum;
  const meanMs = rounds.reduce((all, { tookMs }) => all + tookMs, 0) / rounds.length;
  return [
    ...[`\`${kind}\``, grouped(rounds.length), doneText(sum.done)],
    ...[sum.requests, sum.overLimit, sum.lost.length, sum.doubled].map(grouped),
    tokens ? `${grouped(tokens.exchanges)} / ${grouped(tokens.expiries)}` : '',
    longestStopMs === undefined ? '' : seconds(longestStopMs),
    quota ? `${((quota.used / quota.available) * 100).toFixed(1)} %` : '',
    (meanMs / 1_000).toFixed(0),
  ];
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
