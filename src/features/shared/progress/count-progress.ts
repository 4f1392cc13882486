/**
 * Shows how far a command is that counts what it does, once it takes longer than two seconds.
 */
import { formatDuration } from '../../../domain/duration.ts';
import type { Program } from '../../../program.ts';
import { terminalText } from '../../../terminal-text.ts';
import { number } from '../text/text-format.ts';
import { showWhenSlow } from './delayed.ts';
import { barLines } from './lines.ts';

/** What is shown of the work. */
export interface Counter {
  /** Begins a part: its name, and how many there are about, where that is known. */
  readonly begin: (part: string, total?: number) => void;
  readonly advance: (count?: number) => void;
}

/** `Symbol.dispose` removes the bar from the screen. */
export interface CountProgress extends Counter, Disposable {
  /** How many there were so far, in all parts. */
  readonly count: () => number;
}

/** What is done, such as "Restoring", and what is counted, such as "documents". */
export interface Counted {
  readonly doing: string;
  readonly unit: string;
}

/** What {@link countLine} shows. */
export interface CountState extends Counted {
  readonly part: string;
  readonly done: number;
  readonly total: number | undefined;
  /** How long the part has taken. */
  readonly elapsedMs: number;
}

/** Rates of a shorter time say little. */
const minMeasuredMs = 2_000;

export function createCountProgress(program: Program, what: Counted): CountProgress {
  const { clock } = program;
  let [part, done, all, beganAtMs] = ['', 0, 0, clock.monotonicMs()];
  let total: number | undefined;
  const state = (): CountState => {
    return { ...what, part, done, total, elapsedMs: clock.monotonicMs() - beganAtMs };
  };
  const shown = showWhenSlow(program, {
    lines: (width) => [countLine(state(), width)],
    sentence: () => countText(state()),
  });
  return {
    begin: (name, count) => {
      [part, done, beganAtMs] = [name, 0, clock.monotonicMs()];
      total = count;
    },
    advance: (count = 1) => {
      done += count;
      all += count;
      if (total !== undefined && done > total) total = done;
    },
    count: () => all,
    [Symbol.dispose]: () => {
      shown[Symbol.dispose]();
    },
  };
}

/** One line with a bar. Pure. */
export function countLine(state: CountState, width: number): string {
  const { done, total, unit } = state;
  const all =
    total === undefined ? `${number(done)} ${unit}` : `${number(done)} of ${number(total)} ${unit}`;
  const [rate, left] = [rateText(state), leftText(state)];
  const notes = [
    ...(rate === '' || left === '' ? [] : [`${all}, ${rate}, ${left}`]),
    ...(rate === '' ? [] : [`${all}, ${rate}`]),
    all,
    total === undefined ? number(done) : `${number(done)}/${number(total)}`,
  ];
  const [line = ''] = barLines([{ label: labelOf(state), done, total, notes }], width);
  return line;
}

/** The same as one sentence. Pure. */
export function countText(state: CountState): string {
  const { done, total, unit } = state;
  const of = total === undefined ? '' : ` of ${number(total)}`;
  const left = leftText(state);
  return `${labelOf(state)}: ${number(done)}${of} ${unit}${left === '' ? '' : `, ${left}`}.`;
}

function labelOf({ doing, part }: CountState): string {
  return terminalText(part === '' ? doing : `${doing} ${part}`);
}

function rateText({ done, elapsedMs }: CountState): string {
  if (elapsedMs < minMeasuredMs || done === 0) return '';
  const perSecond = (done * 1_000) / elapsedMs;
  return perSecond < 10
    ? `${number(Math.round(perSecond * 60))} a minute`
    : `${number(Math.round(perSecond))} a second`;
}

function leftText({ done, total, elapsedMs }: CountState): string {
  if (total === undefined || done === 0 || elapsedMs < minMeasuredMs) return '';
  const leftMs = (elapsedMs * (total - done)) / done;
  return `about ${formatDuration(Math.max(1_000, leftMs))} left`;
}
