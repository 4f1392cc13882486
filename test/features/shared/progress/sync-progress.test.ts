import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import {
  createProgress,
  learning,
} from '../../../../src/features/shared/progress/sync-progress.ts';
import { createTracker } from '../../../../src/features/shared/progress/sync-tracker.ts';
import type { ListTotals } from '../../../../src/mongo/athletes/list-totals.ts';
import { emptyStats } from '../../../../src/sync/run-stats.ts';
import type { TestProgramOptions } from '../../../support/command/program.ts';
import { createTestProgram } from '../../../support/command/program.ts';

let nowMs = 0;
const clock = { ...systemClock, monotonicMs: () => nowMs };

function openWith(
  options: TestProgramOptions,
  isAwaited = true,
  totals: ListTotals = { stored: 0, counted: 400 },
) {
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const program = {
    ...createTestProgram({ clock, ...options }),
    stderr: stderr as unknown as NodeJS.WriteStream,
  };
  const tracker = createTracker({
    totals,
    estimate: () => ({ endMs: 60_000, decidedBy: 'daily' }),
    nowMs: () => 0,
    requestsPerHour: undefined,
    shortWindowMs: 900_000,
  });
  const progress = createProgress(program, tracker, isAwaited);
  const logged = () =>
    program
      .logged()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  return { progress, tracker, logged, shown: () => String(stderr.read() ?? '') };
}

const backlog = { left: 7, isListKnown: false };

it('writes a line at once where there is no terminal, and one every half minute', () => {
  const { progress, logged, shown } = openWith({});
  expect(logged()).toEqual(['Syncing.']);
  nowMs += 29_999;
  progress.progress({ ...emptyStats, added: 200 }, backlog);
  expect(logged()).toHaveLength(1);
  nowMs += 1;
  progress.progress({ ...emptyStats, added: 200 }, backlog);
  progress.progress({ ...emptyStats, added: 200 }, backlog);
  expect(logged().slice(1)).toEqual([
    'Syncing: 200 of about 400 listed so far; 0 streams done, 7 streams to go: about 1 minute (the daily quota decides).',
  ]);
  expect(shown()).toBe('');
});

it('writes no first line for a run that nobody waits for', () => {
  expect(openWith({}, false).logged()).toEqual([]);
});

it('says once for each window that the quota is spent', () => {
  const { progress, logged } = openWith({}, false);
  const untilMs = Date.UTC(2026, 10, 26, 14, 15);
  progress.waiting({ reason: 'quota', untilMs, ...backlog });
  progress.waiting({ reason: 'quota', untilMs, ...backlog });
  progress.waiting({ reason: 'retry', untilMs: untilMs + 1, ...backlog });
  progress.waiting({ reason: 'quota', untilMs: untilMs + 900_000, ...backlog });
  expect(logged()).toHaveLength(2);
  expect(logged()[0]).toMatch(/^Quota spent, waiting until .*; 7 streams to go: about 1 minute/);
});

it('draws the bars on a terminal at the first progress, and takes them away', () => {
  const { progress, logged, shown } = openWith({ isTerminal: true });
  expect(shown()).toBe('');
  progress.progress({ ...emptyStats, added: 200 }, backlog);
  const text = shown();
  expect(text).toMatch(/list +\[=+-+\] 200 of about 400/);
  expect(text).toMatch(/streams +\[-+\] 0 of 7/);
  expect(text).toContain('About 1 minute left: the daily quota decides');
  progress.end();
  expect(shown()).toContain('\u001B[?25h');
  expect(logged()).toEqual([]);
});

it('writes lines on a terminal too where JSON is asked for', () => {
  const { progress, logged, shown } = openWith({
    ...{ isTerminal: true, config: { LOG_FORMAT: 'json' } },
  });
  progress.progress(emptyStats, backlog);
  expect(logged()).toEqual(['Syncing.']);
  expect(shown()).toBe('');
});

it('shows no bars on a terminal where only warnings are wanted', () => {
  const { progress, shown } = openWith({ isTerminal: true, config: { LOG_LEVEL: 'warn' } });
  progress.progress(emptyStats, backlog);
  progress.end();
  expect(shown()).toBe('');
});

it("learns Strava's count of a new athlete's list while the list is read", async () => {
  const { progress, tracker } = openWith({}, false, { stored: 0, counted: undefined });
  const answers = [undefined, 400, 500];
  let reads = 0;
  const learned = learning(progress, tracker, () => {
    reads += 1;
    return Promise.resolve({ stored: 0, counted: answers.shift() });
  });
  const follow = async (recordsStored: number): Promise<number | undefined> => {
    learned.progress({ ...emptyStats, added: 200, recordsStored }, backlog);
    await new Promise((done) => setImmediate(done));
    return tracker.state().list.total;
  };
  expect(await follow(0)).toBeUndefined();
  expect(await follow(1)).toBeUndefined();
  expect(await follow(1)).toBeUndefined();
  expect(await follow(2)).toBe(400);
  expect(await follow(3)).toBe(400);
  expect(reads).toBe(2);
});

it('goes on where the count cannot be read', async () => {
  const { progress, tracker } = openWith({}, false, { stored: 0, counted: undefined });
  const learned = learning(progress, tracker, () => Promise.reject(new Error('away')));
  learned.progress({ ...emptyStats, recordsStored: 1 }, backlog);
  await new Promise((done) => setImmediate(done));
  expect(tracker.state().list.total).toBeUndefined();
});
