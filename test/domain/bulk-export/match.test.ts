import { describe, expect, it } from 'vitest';
import type { ExportedActivity } from '../../../src/domain/bulk-export/exported-activity.ts';
import { matchRecording } from '../../../src/domain/bulk-export/match.ts';
import type { RecordedColumns } from '../../../src/domain/bulk-export/recorded-file.ts';

const startAt = new Date('2024-06-01T06:00:00Z');
const startS = startAt.getTime() / 1_000;

/** A sample each second, 5 m apart, from so many seconds after the start. */
function recorded(
  samples: number,
  { afterS = 0 }: { readonly afterS?: number } = {},
): RecordedColumns {
  const indexes = Array.from({ length: samples }, (_, index) => index);
  return {
    timeS: indexes.map((index) => startS + afterS + index),
    distance: indexes.map((index) => 5 * index),
  };
}

function activityOf(
  fields: ExportedActivity['fields'],
  starts: readonly Date[] = [startAt],
): ExportedActivity {
  const file = { kind: 'file', path: 'activities/1.fit.gz' } as const;
  return { id: 1, starts, dateText: '', file, isUploaded: true, fields, row: [] };
}

function after(seconds: number): Date {
  return new Date(startAt.getTime() + seconds * 1_000);
}

describe('matching a recording with its activity', () => {
  it.each([
    ['the same start and length', 0, 1_000],
    ['a start two seconds later', 2, 1_000],
    ['two seconds less', 0, 1_002],
  ])('takes the whole recording with %s', (_, startsAfterS, elapsed_time) => {
    const activity = activityOf({ elapsed_time, distance: 999_999 }, [after(startsAfterS)]);
    expect(matchRecording(activity, recorded(1_001))).toEqual({
      kind: 'whole',
      startAt: after(startsAfterS),
      from: 0,
      to: 1_001,
    });
  });

  it('a recording takes the nearest start of a date that lost its seconds', () => {
    const minute = Array.from({ length: 60 }, (_, second) => after(second));
    const activity = activityOf({ elapsed_time: 1_000 }, minute);
    expect(matchRecording(activity, recorded(1_001, { afterS: 30 }))).toMatchObject({
      kind: 'whole',
      startAt: after(30),
    });
  });

  it('takes the whole recording by its start where the row does not say how long it lasted', () => {
    expect(matchRecording(activityOf({}), recorded(10))).toMatchObject({ kind: 'whole', to: 10 });
    expect(matchRecording(activityOf({}, [after(3)]), recorded(10))).toEqual({
      kind: 'pending',
      reason: 'the recording starts at another time',
    });
  });

  it('cuts a recording that was cropped at both ends to the activity, both seconds included', () => {
    const activity = activityOf({ elapsed_time: 600, distance: 3_000 }, [after(100)]);
    expect(matchRecording(activity, recorded(1_001))).toEqual({
      kind: 'cut',
      startAt: after(100),
      from: 100,
      to: 701,
    });
  });

  it('takes each activity of a multisport file', () => {
    const file = recorded(3_001);
    const legs = [0, 1_000, 2_000].map((second) =>
      matchRecording(activityOf({ elapsed_time: 1_000, distance: 5_000 }, [after(second)]), file),
    );
    expect(legs).toMatchObject([
      { kind: 'cut', from: 0, to: 1_001 },
      { kind: 'cut', from: 1_000, to: 2_001 },
      { kind: 'cut', from: 2_000, to: 3_001 },
    ]);
  });

  it('takes a recording whole that ends three seconds before the activity', () => {
    const activity = activityOf({ elapsed_time: 1_003, distance: 5_000 });
    expect(matchRecording(activity, recorded(1_001))).toMatchObject({ kind: 'whole', to: 1_001 });
  });

  it.each([
    [801, 'cut'],
    [800, 'pending'],
  ])('needs four fifths of the time: %i of 1,000 seconds', (samples, kind) => {
    const columns = recorded(samples + 500, { afterS: -500 });
    expect(matchRecording(activityOf({ elapsed_time: 1_000 }), columns).kind).toBe(kind);
  });

  it('takes a short recording that lacks up to five seconds', () => {
    expect(matchRecording(activityOf({ elapsed_time: 5 }), recorded(1)).kind).toBe('whole');
    expect(matchRecording(activityOf({ elapsed_time: 6 }), recorded(1)).kind).toBe('pending');
  });

  it('says how little a recording covers', () => {
    const reasonOf = (columns: RecordedColumns, elapsed_time = 1_000): unknown => {
      const match = matchRecording(activityOf({ elapsed_time }), columns);
      return match.kind === 'pending' ? match.reason : match;
    };
    expect(reasonOf(recorded(424))).toBe("the recording covers only 42 % of the activity's time");
    expect(reasonOf(recorded(9, { afterS: 2_000 }))).toBe(
      "the recording covers nothing of the activity's time",
    );
    expect(reasonOf(recorded(9, { afterS: 2_000 }), 0)).toBe(
      "the recording covers nothing of the activity's time",
    );
    expect(reasonOf({ timeS: [] })).toBe('the recording has no samples');
  });

  it.each([
    // The part of the recording is 10 km long.
    ['5 % less and more than 100 m', 9_530, 'cut'],
    ['more than 5 % less', 9_500, 'pending'],
    ['more than 5 % more', 10_600, 'pending'],
  ])('compares the distance of a part: %s', (_, distance, kind) => {
    const activity = activityOf({ elapsed_time: 2_000, distance });
    expect(matchRecording(activity, recorded(3_001)).kind).toBe(kind);
  });

  it('lets a short distance differ by up to 100 m', () => {
    const short = activityOf({ elapsed_time: 60, distance: 201 });
    expect(matchRecording(short, recorded(1_001)).kind).toBe('cut');
    const shorter = activityOf({ elapsed_time: 60, distance: 199 });
    expect(matchRecording(shorter, recorded(1_001))).toEqual({
      kind: 'pending',
      reason: "the recording is 0.30 km long in the activity's time, and the activity 0.20 km",
    });
  });

  it('measures the distance along the positions where the device has none', () => {
    const { timeS } = recorded(3_001);
    // 0.00005 degrees of latitude are 5.56 m.
    const lat = timeS.map((_, index) => 47 + index * 0.00005);
    const columns = { timeS, lat, lng: timeS.map(() => 11) };
    const at = (distance: number): string =>
      matchRecording(activityOf({ elapsed_time: 2_000, distance }), columns).kind;
    expect(at(11_119)).toBe('cut');
    expect(at(10_000)).toBe('pending');
  });

  it('matching a recording with its activity does not compare a distance that the recording or the row lacks', () => {
    const { timeS } = recorded(3_001);
    const activity = activityOf({ elapsed_time: 2_000, distance: 9 });
    expect(matchRecording(activity, { timeS }).kind).toBe('cut');
    const nulls = { timeS, distance: timeS.map(() => null) };
    expect(matchRecording(activity, nulls).kind).toBe('cut');
    expect(matchRecording(activityOf({ elapsed_time: 2_000 }), recorded(3_001)).kind).toBe('cut');
  });
});

describe('a date that can be read in several ways', () => {
  const other = new Date('2024-01-06T06:00:00Z');

  it("a date that can be read in several ways is settled by the recording's start", () => {
    const activity = activityOf({ elapsed_time: 1_000 }, [other, startAt]);
    expect(matchRecording(activity, recorded(1_001))).toMatchObject({ kind: 'whole', startAt });
    expect(matchRecording(activity, recorded(1_200))).toMatchObject({ kind: 'cut', startAt });
  });

  it('a date that can be read in several ways stays open where the recording fits none or several of them', () => {
    const late = recorded(1_001, { afterS: 86_400 });
    const activity = activityOf({ elapsed_time: 1_000 }, [other, startAt]);
    expect(matchRecording(activity, late).kind).toBe('pending');
    const both = activityOf({ elapsed_time: 1_000 }, [after(100), after(200)]);
    expect(matchRecording(both, recorded(5_000))).toEqual({
      kind: 'pending',
      reason: 'the recording fits more than one reading of its date',
    });
  });

  it("a date that can be read in several ways is the recording's start where it cannot be read and the length agrees", () => {
    const unreadable = activityOf({ elapsed_time: 1_000 }, []);
    expect(matchRecording(unreadable, recorded(1_001))).toMatchObject({ kind: 'whole', startAt });
    expect(matchRecording(unreadable, recorded(1_100))).toEqual({
      kind: 'pending',
      reason: 'its date cannot be read, and the recording lasts another time',
    });
    expect(matchRecording(activityOf({}, []), recorded(1_100)).kind).toBe('pending');
  });
});
