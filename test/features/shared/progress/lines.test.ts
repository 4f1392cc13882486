import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { hourMs, minuteMs } from '../../../../src/domain/duration.ts';
import type { SyncState } from '../../../../src/features/shared/progress/sync-lines.ts';
import {
  syncLines,
  syncRows,
  syncText,
} from '../../../../src/features/shared/progress/sync-lines.ts';

const midway: SyncState = {
  list: { done: 1_200, total: 2_914, isKnown: false, perMinute: 612.4 },
  streams: { done: 340, left: 860, perMinute: 7.26 },
  timeLeft: { ms: 22 * hourMs, decidedBy: 'daily', shortWindowMs: 15 * minuteMs },
  waitingUntil: undefined,
};

const rate = fc.option(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { nil: undefined });
const anyState: fc.Arbitrary<SyncState> = fc.record({
  list: fc.record({
    done: fc.nat(200_000),
    total: fc.option(fc.nat(200_000), { nil: undefined }),
    isKnown: fc.boolean(),
    perMinute: rate,
  }),
  streams: fc.record({ done: fc.nat(200_000), left: fc.nat(200_000), perMinute: rate }),
  timeLeft: fc.option(
    fc.record({
      ms: fc.integer({ min: -10, max: 1e12 }),
      decidedBy: fc.constantFrom('short', 'daily', 'speed'),
      shortWindowMs: fc.constantFrom(15 * minuteMs, 2_500),
    }),
    { nil: undefined },
  ),
  waitingUntil: fc.option(fc.constant('2026-11-26 14:15'), { nil: undefined }),
  kept: fc.nat(200),
});

function barOf(line = ''): string | undefined {
  return /\[(.*)\]/.exec(line)?.[1];
}

it.each([60, 80, 120])('fits a progress display into %i columns, whatever its figures', (width) => {
  fc.assert(
    fc.property(anyState, (state) => {
      const lines = syncLines(state, width);
      expect(lines).toHaveLength(syncRows);
      for (const line of lines) {
        expect(stringWidth(line)).toBeLessThan(width);
        expect(line).not.toContain('\n');
      }
    }),
  );
});

it('fits a progress display into a terminal of any width', () => {
  fc.assert(
    fc.property(anyState, fc.integer({ min: 1, max: 300 }), (state, width) => {
      for (const line of syncLines(state, width))
        expect(stringWidth(line)).toBeLessThanOrEqual(Math.max(1, width - 1));
    }),
  );
});

it('shows both bars with a rate each, and which window decides', () => {
  expect(syncLines(midway, 80)).toEqual([
    'list    [==============--------------------] 1,200 of about 2,914, 612 a minute',
    'streams [=========-------------------------] 340 of 1,200, 7.3 a minute',
    'About 22 hours left: the daily quota decides',
  ]);
  const short = { ...midway, timeLeft: { ms: 1, decidedBy: 'short', shortWindowMs: 900_000 } };
  expect(syncLines(short as SyncState, 60)[2]).toBe(
    'About 1 second left: the 15-minute window decides',
  );
});

it('grows and shrinks the bars with the terminal', () => {
  const lengths = [60, 80, 120].map((width) => {
    const [list, streams] = syncLines(midway, width).map((line) => barOf(line)?.length ?? 0);
    expect(list).toBe(streams);
    return list ?? 0;
  });
  const [narrow = 0, middle = 0, wide = 0] = lengths;
  expect(narrow).toBeGreaterThanOrEqual(5);
  expect(middle).toBeGreaterThan(narrow);
  expect(wide).toBeGreaterThan(middle);
});

it('never shows a full bar of a list that is not known, and none at 0 of 0', () => {
  fc.assert(
    fc.property(anyState, fc.integer({ min: 40, max: 200 }), (state, width) => {
      const [list = '', streams = ''] = syncLines(state, width);
      if (!state.list.isKnown) expect(barOf(list) ?? '-').toContain('-');
      if (state.streams.left > 0) expect(barOf(streams) ?? '-').toContain('-');
      expect(list + streams).not.toMatch(/\b0 ?(\/|of) ?0\b/);
    }),
  );
});

it('shows no bar for a list of unknown length, and a full one once it is known', () => {
  const listOf = (list: SyncState['list']) => syncLines({ ...midway, list }, 80)[0];
  const unknown = { done: 400, total: undefined, isKnown: false, perMinute: 60 };
  expect(listOf(unknown)).toMatch(/^list +400 so far, 60 a minute$/);
  // More activities than Strava's totals, which leave out hikes and private ones.
  expect(listOf({ ...unknown, total: 399 })).toMatch(/^list +400 so far, 60 a minute$/);
  // As many as those, and the list may go on.
  expect(listOf({ ...unknown, total: 400 })).toMatch(/\[=+-\] 400 of about 400, 60 a minute$/);
  expect(listOf({ ...unknown, isKnown: true })).toMatch(/^list +\[=+\] 400 complete, 60 a minute$/);
  const empty = { done: 0, total: undefined, isKnown: true, perMinute: undefined };
  expect(listOf(empty)).toMatch(/^list +\[-+\] complete, nothing new$/);
});

it('says until when the quota is spent, and what decides the time left', () => {
  const waiting = { ...midway, waitingUntil: '14:15' };
  expect(syncLines(waiting, 120)[2]).toBe(
    'Quota spent until 14:15; about 22 hours left: the daily quota decides',
  );
  expect(syncLines(waiting, 60)[2]).toBe('Quota spent until 14:15; about 22 hours left');
  expect(syncText(waiting)).toBe(
    'Quota spent, waiting until 14:15; 860 streams to go: about 22 hours (the daily quota decides).',
  );
});

it('says what is left and kept while it waits, where there is room', () => {
  const waiting = { ...midway, waitingUntil: '14:15', kept: 4 };
  expect(syncLines(waiting, 120)[2]).toBe(
    "Quota: 4 left, kept for today's activities, until 14:15; about 22 hours left: the daily quota decides",
  );
  expect(syncLines(waiting, 60)[2]).toBe('Quota spent until 14:15; about 22 hours left');
  expect(syncText(waiting)).toBe(
    "Quota spent, waiting until 14:15; 860 streams to go: about 22 hours (the daily quota decides); 4 left, kept for today's activities.",
  );
});

it('says in one sentence how far a run is', () => {
  expect(syncText(midway)).toBe(
    'Syncing: 1,200 of about 2,914 listed so far; 340 streams done, 860 streams to go: about 22 hours (the daily quota decides).',
  );
  const done = {
    ...midway,
    list: { ...midway.list, isKnown: true },
    streams: { done: 1, left: 0, perMinute: undefined },
  };
  expect(syncText(done)).toBe(
    'Syncing: the list is complete; 1 stream done, no streams left to fetch so far.',
  );
});
