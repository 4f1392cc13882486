import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  changesBetween,
  detailHashOf,
  fingerprintOf,
  readSummary,
  recordingHashOf,
} from '../../../src/domain/activity/activity.ts';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';

const record = {
  id: 19_000_000_000,
  start_date: '2026-11-21T06:30:00Z',
  distance: 10_000.5,
  moving_time: 3_000,
  elapsed_time: 3_100,
  name: 'Morning Ride',
  map: { summary_polyline: 'abc' },
} satisfies JsonObject;

function reasonFor(value: JsonValue): string {
  const listed = readSummary(value);
  return listed.isUsable ? 'usable' : listed.unusable.reason;
}

describe('readSummary', () => {
  it('readSummary keeps the record unchanged', () => {
    const listed = readSummary(record);
    expect(listed).toEqual({
      isUsable: true,
      summary: { id: record.id, startAt: new Date(record.start_date), isManual: false, record },
    });
    expect(listed.isUsable && listed.summary.record).toBe(record);
  });

  it.each([
    [true, true],
    [false, false],
    ['true', false],
    [null, false],
  ])('readSummary reads manual %j as %s', (manual, isManual) => {
    expect(readSummary({ ...record, manual })).toMatchObject({ summary: { isManual } });
  });

  it.each<[JsonValue]>([[null], [[]], ['x'], [1], [1n], [true]])(
    'readSummary rejects %s, which is not an object',
    (value) => {
      expect(reasonFor(value)).toContain('not an object');
    },
  );

  it.each<[JsonValue]>([
    ['1'],
    [0],
    [-5],
    [1.5],
    [2 ** 53],
    [12_345_678_901_234_567_890n],
    [null],
    [{}],
    [[1]],
  ])('readSummary rejects the id %s', (id) => {
    expect(reasonFor({ ...record, id })).toContain('its id');
  });

  it.each<[JsonValue]>([
    [''],
    ['yesterday'],
    ['2026-11-21'],
    ['2026-11-21T06:30:00'],
    ['2026-13-21T06:30:00Z'],
    ['2026-11-21T25:30:00Z'],
    ['2026-11-21T06:30:00Z\n'],
    [1_700_000_000],
    [null],
    [{}],
  ])('readSummary rejects the start %j', (start) => {
    expect(reasonFor({ ...record, start_date: start })).toContain('its start_date');
  });

  it('readSummary rejects a record without id or start', () => {
    expect(reasonFor({})).toContain('its id');
    expect(reasonFor({ id: 1 })).toContain('its start_date');
  });

  it.each(['2026-11-21T06:30:00.000Z', '2026-11-21T07:30:00+01:00', '2026-11-20T22:30:00-08:00'])(
    'readSummary reads the start %s',
    (start) => {
      expect(readSummary({ ...record, start_date: start })).toMatchObject({
        summary: { startAt: new Date('2026-11-21T06:30:00Z') },
      });
    },
  );

  it('readSummary reads or rejects any JSON value', () => {
    const value = fc.jsonValue() as fc.Arbitrary<JsonValue>;
    const digits = fc.stringMatching(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/,
    );
    const nearly = fc.record(
      {
        id: fc.oneof(value, fc.integer(), fc.bigInt()),
        start_date: fc.oneof(value, digits),
        manual: value,
        map: value,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(value, nearly), (any) => {
        const listed = readSummary(any);
        if (listed.isUsable) {
          expect(Number.isSafeInteger(listed.summary.id)).toBe(true);
          expect(listed.summary.startAt.getTime()).not.toBeNaN();
          expect(recordingHashOf(listed.summary.record)).toHaveLength(22);
        } else expect(listed.unusable.record).toBe(any);
        expect(fingerprintOf(any)).toHaveLength(22);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('fingerprints and hashes', () => {
  it('a fingerprint changes with any value of the record, not with the order of its keys', () => {
    const reversed = Object.fromEntries(Object.entries(record).reverse());
    expect(fingerprintOf(reversed)).toBe(fingerprintOf(record));
    expect(fingerprintOf({ ...record, name: 'Evening Ride' })).not.toBe(fingerprintOf(record));
    expect(fingerprintOf({ ...record, extra: null })).not.toBe(fingerprintOf(record));
  });

  it.each<[string, JsonObject]>([
    ['distance', { distance: 9_000 }],
    ['moving time', { moving_time: 1 }],
    ['elapsed time', { elapsed_time: 1 }],
    ['track', { map: { summary_polyline: 'abd' } }],
  ])('the recording hash changes with the %s', (_, change) => {
    expect(recordingHashOf({ ...record, ...change })).not.toBe(recordingHashOf(record));
  });

  it('the recording hash ignores all other fields', () => {
    const renamed = { ...record, name: 'Evening Ride', kudos_count: 5 };
    expect(recordingHashOf(renamed)).toBe(recordingHashOf(record));
    expect(recordingHashOf({})).toBe(recordingHashOf({ distance: null, map: null }));
  });

  it.each([
    ['the recording hash', recordingHashOf],
    ['the detail hash', detailHashOf],
  ] as const)('%s is the same for a polyline that is null, empty or absent', (_name, hashOf) => {
    const hashes = [{}, { summary_polyline: null }, { summary_polyline: '' }].map((map) =>
      hashOf({ ...record, map }),
    );
    expect(new Set(hashes).size).toBe(1);
  });
});

describe('changesBetween', () => {
  it('changesBetween names each changed field with both values, and ignores counters', () => {
    const from = { name: 'One', gear_id: 'b1', kudos_count: 1, start_latlng: [48, 16] };
    const to = { name: 'Two', kudos_count: 7, start_latlng: [48, 16], device_name: 'X' };
    expect(changesBetween(from, to)).toEqual([
      { field: 'device_name', to: 'X' },
      { field: 'gear_id', from: 'b1' },
      { field: 'name', from: 'One', to: 'Two' },
    ]);
    expect(changesBetween(from, from)).toEqual([]);
  });
});

describe('detailHashOf', () => {
  const record = { name: 'One', distance: 10, kudos_count: 1, map: { summary_polyline: 'abc' } };
  it.each([
    [{ kudos_count: 2 }, true],
    [{ average_speed: 3 }, true],
    [{ name: 'Two' }, false],
    [{ gear_id: 'b2' }, false],
    [{ private: true }, false],
    [{ map: { summary_polyline: 'abd' } }, false],
    [{ map: null }, false],
  ])('the detail hash stays the same after %j: %s', (changes, isSame) => {
    const is = detailHashOf({ ...record, ...changes }) === detailHashOf(record);
    expect(is).toBe(isSame);
  });
});
