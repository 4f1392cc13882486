import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../../src/domain/activity/streams.ts';
import { hasLine, instantsOf } from '../../../../src/features/shared/recording-files/samples.ts';
import { recordingOf } from './recording-of.ts';

function instantTexts(startAt: Date, time: readonly Sample[]): readonly (string | undefined)[] {
  const streams = { sampleCount: time.length, arrays: new Map([['time', time]]) };
  const instantAt = instantsOf({ ...recordingOf({}), startAt }, streams);
  return time.map((_, index) => instantAt(index));
}

describe('the instants of samples', () => {
  it.each([
    ['within and beyond a minute', '2026-11-22T23:58:58Z', [0, 1, 2, 61, 62, 3_600]],
    ['backwards', '2026-11-22T14:15:00Z', [60, 0, -1, -61, 60]],
    ['before 1970', '1969-12-31T23:58:59Z', [0, 1, 60, 61]],
    ['from a start between two seconds', '2026-11-22T14:15:59.250Z', [0, 0.75, 1, 1.75]],
  ])('the instants of samples are those of the calendar %s', (_case, start, time) => {
    const startAt = new Date(start);
    const expected = time.map((seconds) =>
      new Date(startAt.getTime() + seconds * 1_000).toISOString().replace('.000Z', 'Z'),
    );
    expect(instantTexts(startAt, time)).toEqual(expected);
  });

  it('the instants of samples are missing without a time, and beyond what a date can be', () => {
    const last = new Date(8.64e15);
    expect(instantTexts(last, [0, null, 1])).toEqual([
      last.toISOString().replace('.000Z', 'Z'),
      undefined,
      undefined,
    ]);
  });
});

describe('the lines of positions', () => {
  it.each([
    [[], true],
    [[1], true],
    [[1, 2], false],
  ])('three positions with gaps before the indexes %j have a line: %s', (gaps, expected) => {
    const recording = recordingOf({ lat: [1, 2, 3], lng: [1, 2, 3] });
    expect(hasLine({ ...recording, gaps: new Set(gaps) })).toBe(expected);
  });
});
