import { describe, expect, it } from 'vitest';
import { LeaseLostError } from '../../../src/errors.ts';
import { byHand, gpxOf, resultOf, ride, rowOf, startAt, storeOf } from './fakes.ts';

describe('an import', () => {
  it('an import stores a recording with its activity, what was entered by hand without one', async () => {
    const activities = [rowOf(1), byHand];
    const { counts, problems, written } = await resultOf({ ...ride, activities });
    expect(counts).toMatchObject({ added: 2, recordings: 1, cut: 0, byHand: 1, leftToApi: 0 });
    expect(problems).toEqual([]);
    const [one, other] = written.toSorted((a, b) => a.activity.id - b.activity.id);
    expect(one).toMatchObject({
      startAt,
      recording: { kind: 'streams', streams: { sampleCount: 11 } },
    });
    expect(one?.export).toMatchObject({ file: 'activities/1.gpx' });
    expect(other).toMatchObject({ startAt, recording: { kind: 'none' } });
    expect(other?.export).not.toHaveProperty('file');
  });

  it('an import cuts a recording that is longer than its activity, and says from when to when', async () => {
    const { counts, written } = await resultOf({
      activities: [rowOf(1, { starts: [new Date(startAt.getTime() + 5_000)] })],
      files: { 'activities/1.gpx': gpxOf(100) },
    });
    expect(counts).toMatchObject({ recordings: 1, cut: 1 });
    expect(written[0]?.export.cut).toEqual({ fromS: 5, toS: 15 });
    expect(written[0]?.recording).toMatchObject({ kind: 'streams', streams: { sampleCount: 11 } });
  });

  it('an import leaves to the API what has no usable recording, and names it with its reason', async () => {
    const { counts, problems, written } = await resultOf({
      activities: [
        rowOf(1),
        rowOf(2, { file: { kind: 'missing' } }),
        rowOf(3, { file: { kind: 'none' } }),
        rowOf(4),
        rowOf(5),
        rowOf(6),
      ],
      files: {
        'activities/4.gpx': Buffer.from('nonsense'),
        'activities/5.gpx': gpxOf(4),
        'activities/6.gpx': new Uint8Array(),
      },
    });
    expect(counts).toMatchObject({ added: 6, recordings: 0, leftToApi: 6 });
    expect(written.every(({ recording }) => recording.kind === 'pending')).toBe(true);
    const named = problems
      .toSorted((a, b) => (a.activity?.id ?? 0) - (b.activity?.id ?? 0))
      .map(({ problem, isExplained }) => [problem, isExplained]);
    expect(named).toEqual([
      ['the recording cannot be read: the archive does not have it', false],
      ['Strava had no file for the export (#error#)', true],
      ['the export names no file, though it was uploaded', false],
      [expect.stringMatching(/^the recording cannot be read: /), false],
      ["the recording covers only 40 % of the activity's time", false],
      ['the recording cannot be read: it is empty', false],
    ]);
  });

  it('an import stores what a damaged recording still has, and names it', async () => {
    const whole = gpxOf(100);
    const cutAt = (share: number): Uint8Array =>
      whole.subarray(0, Math.floor(whole.length * share));
    const long = { elapsed_time: 100 };
    const { counts, problems, written } = await resultOf({
      activities: [rowOf(1, { fields: long }), rowOf(2, { fields: long })],
      files: { 'activities/1.gpx': cutAt(0.9), 'activities/2.gpx': cutAt(0.5) },
    });
    expect(counts).toMatchObject({ recordings: 1, leftToApi: 1 });
    expect(problems.map(({ isExplained }) => isExplained)).toEqual([false, false]);
    const stored = written.find(({ recording }) => recording.kind === 'streams');
    expect(stored?.activity.id).toBe(1);
    expect(stored?.export.problem).not.toBe('');
  });

  it('an import reports a date that nothing settles, and stores nothing of it', async () => {
    const other = new Date('2024-01-06T06:00:00Z');
    const starts = [other, startAt];
    const { counts, problems, written } = await resultOf({
      activities: [rowOf(1, { starts }), { ...byHand, starts }, { ...byHand, id: 4, starts: [] }],
      files: ride.files,
    });
    expect(written.map(({ activity, startAt: at }) => [activity.id, at])).toEqual([[1, startAt]]);
    expect(counts).toMatchObject({ added: 1, undated: 2 });
    expect(problems.map(({ problem }) => problem)).toEqual([
      'its date "Jun 1, 2024, 6:00:00 AM" cannot be told for certain',
      'its date "Jun 1, 2024, 6:00:00 AM" cannot be told for certain',
    ]);
  });

  it('an import leaves out an activity that only its recording dates outside of the period', async () => {
    const starts = [new Date('2024-01-06T06:00:00Z'), startAt];
    const filter = { until: new Date('2024-03-01T00:00:00Z') };
    const archive = { ...ride, activities: [rowOf(1, { starts })] };
    const { counts, written } = await resultOf(archive, storeOf(), { filter });
    expect(counts).toMatchObject({ activities: 0, added: 0 });
    expect(written).toEqual([]);
  });

  it('an import names what the store does not take', async () => {
    const activities = [1, 2, 3].map((id) => ({ ...byHand, id }));
    const outcomes = ['deleted', 'foreign', { rejected: 'MongoDB does not hold it' }] as const;
    const store = storeOf(new Map(), ({ activity }) => outcomes[activity.id - 1] ?? 'added');
    const { counts, problems } = await resultOf({ activities }, store);
    expect(counts).toMatchObject({ deleted: 1, rejected: 2, byHand: 0 });
    expect(problems.map(({ problem, isExplained }) => [problem, isExplained])).toEqual([
      ["it is stored as another athlete's", false],
      ['MongoDB does not hold it', false],
    ]);
  });

  it('an import is stopped by a failed write, and starts no other activity', async () => {
    const activities = Array.from({ length: 50 }, (_, id) => ({ ...byHand, id }));
    const store = storeOf(new Map(), ({ activity }) => {
      if (activity.id === 1) throw new Error('away');
      return 'added';
    });
    await expect(resultOf({ activities }, store)).rejects.toThrow('away');
    expect(store.written.length).toBeLessThan(6);
  });

  it('an import writes nothing once its lease is lost', async () => {
    const store = storeOf();
    const given = { assertHeld: () => Promise.reject(new LeaseLostError('taken over')) };
    await expect(resultOf(ride, store, given)).rejects.toThrow(LeaseLostError);
    expect(store.written).toEqual([]);
    const dry = { ...given, isDryRun: true };
    expect((await resultOf(ride, store, dry)).counts.added).toBe(1);
  });

  it('an import stops at a signal', async () => {
    const store = storeOf();
    const given = { signal: AbortSignal.abort() };
    await expect(resultOf(ride, store, given)).rejects.toMatchObject({ name: 'AbortError' });
    expect(store.written).toEqual([]);
  });
});
