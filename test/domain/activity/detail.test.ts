import { describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import {
  alignDetail,
  mayEffortsCome,
  readDetail,
  segmentIdsOf,
  type ActivityDetail,
  type ListedSummary,
} from '../../../src/domain/activity/detail.ts';
import { parseJson, type JsonObject, type JsonValue } from '../../../src/domain/json.ts';
import { writeJson } from '../../../src/simulator/api/json-text.ts';
import { createWorld } from '../../../src/simulator/world/world.ts';

const athleteId = 1001;
const { world } = createWorld({
  seed: 3,
  athletes: [{ id: athleteId, firstname: 'A', lastname: 'M', activities: 300 }],
  clock: systemClock,
  onEvent: () => undefined,
});
const ids = world.activities(athleteId).map(({ id }) => id);

const record = {
  id: 19_000_000_000,
  resource_state: 3,
  start_date: '2026-11-21T06:30:00Z',
  elapsed_time: 3_600,
  start_latlng: [48.2, 16.37],
  name: 'Morning Ride',
  map: { id: 'a1', polyline: 'abcdef', summary_polyline: 'abc', resource_state: 3 },
  description: 'Nice one.',
  segment_efforts: [],
} satisfies JsonObject;

function read(value: JsonValue): ActivityDetail {
  const detail = readDetail(value);
  if ('problem' in detail) throw new Error(detail.problem);
  return detail;
}

/** As received over HTTP. */
function fromWire(value: Parameters<typeof writeJson>[0]): JsonObject {
  return parseJson(writeJson(value)) as JsonObject;
}

function listedOf(summary: JsonObject): ListedSummary {
  return { keys: new Set(Object.keys(summary)), values: summary };
}

/** The list and the detail write a missing track differently. */
function withOneFormOfNothing({ map, ...rest }: JsonObject): JsonObject {
  const { summary_polyline: polyline, ...others } = map as JsonObject;
  return { ...rest, map: { ...others, summary_polyline: polyline ?? '' } };
}

describe('readDetail', () => {
  it('readDetail separates the same summary that the list gives', () => {
    for (const id of ids) {
      const { summary } = read(fromWire(world.detail(id)));
      const truth = world.summary(id);
      const listed = fromWire(truth);
      expect(withOneFormOfNothing(summary.record)).toEqual(withOneFormOfNothing(listed));
      expect(summary).toMatchObject({ id, startAt: new Date(truth.start_date) });
    }
  });

  it('readDetail keeps all other keys among the details', () => {
    for (const id of ids.slice(0, 50)) {
      const whole = fromWire(world.detail(id));
      const { summary, details } = read(whole);
      const keys = [...Object.keys(summary.record), ...Object.keys(details)];
      expect(keys.toSorted()).toEqual(Object.keys(whole).toSorted());
      expect(Object.keys(details)).toEqual(
        expect.arrayContaining(['description', 'calories', 'laps', 'segment_efforts']),
      );
      for (const [key, value] of Object.entries(details)) expect(value).toEqual(whole[key]);
    }
  });

  it('readDetail keeps unknown keys among the details', () => {
    const { summary, details } = read({ ...record, similar_activities: { count: 1 }, 'a.$b': 1 });
    expect(details).toEqual({
      description: 'Nice one.',
      segment_efforts: [],
      similar_activities: { count: 1 },
      'a.$b': 1,
    });
    expect(summary.record).toMatchObject({
      resource_state: 2,
      map: { id: 'a1', summary_polyline: 'abc', resource_state: 2 },
    });
    expect(summary.record['map']).not.toHaveProperty('polyline');
  });

  it('readDetail adds neither a map nor a resource_state', () => {
    const { id, start_date } = record;
    expect(read({ id, start_date }).summary.record).toEqual({ id, start_date });
    expect(read({ id, start_date, map: null }).summary.record).toEqual({
      id,
      start_date,
      map: null,
    });
    expect(read({ id, start_date, map: {} }).summary.record['map']).toEqual({});
  });

  it.each<[JsonValue, string]>([
    [null, 'not an object'],
    [[], 'not an object'],
    ['x', 'not an object'],
    [{ ...record, id: '7' }, 'its id'],
    [{ ...record, start_date: 'yesterday' }, 'its start_date'],
  ])('readDetail rejects %j', (value, problem) => {
    expect(readDetail(value)).toEqual({ problem: expect.stringContaining(problem) as string });
  });
});

describe('alignDetail', () => {
  it('alignDetail writes absent values as the list does', () => {
    for (const id of ids) {
      const listed = fromWire(world.summary(id));
      const detail = alignDetail(read(fromWire(world.detail(id))), listedOf(listed));
      expect(detail.summary.record).toEqual(listed);
    }
  });

  it('alignDetail keeps unknown keys of the list in the summary', () => {
    const detail = read({ ...record, description: 'New.', novelty: 5 });
    const listed = { ...read(record).summary.record, description: 'Old.', novelty: 4 };
    const aligned = alignDetail(detail, listedOf(listed));
    expect(aligned.summary.record).toEqual({ ...listed, description: 'New.', novelty: 5 });
    expect(aligned.details).toEqual({ segment_efforts: [] });
  });

  it('alignDetail moves an optional list key to the details where this list lacks it', () => {
    const detail = read({ ...record, device_name: 'Watch', hide_from_home: false });
    expect(detail.summary.record).toMatchObject({ device_name: 'Watch', hide_from_home: false });
    const aligned = alignDetail(detail, listedOf(read(record).summary.record));
    expect(aligned.summary.record).toEqual(read(record).summary.record);
    expect(aligned.details).toMatchObject({ device_name: 'Watch', hide_from_home: false });
  });

  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['null for an empty list', { end_latlng: [] }, { end_latlng: null }, { end_latlng: [] }],
    ['an empty list for null', { end_latlng: null }, { end_latlng: [] }, { end_latlng: null }],
    ['no key for null', { gear_id: null }, {}, { gear_id: null }],
    ['null for no key', {}, { gear_id: null }, {}],
    ['a value for null', { gear_id: null }, { gear_id: 'b1' }, { gear_id: 'b1' }],
    ['null for a value', { gear_id: 'b1' }, { gear_id: null }, { gear_id: null }],
    ['a value for no key', {}, { gear_id: 'b1' }, { gear_id: 'b1' }],
    ['no key for a value', { gear_id: 'b1' }, {}, {}],
    [
      'an empty track for null',
      { map: { id: 'a', summary_polyline: null } },
      { map: { id: 'a', summary_polyline: '' } },
      { map: { id: 'a', summary_polyline: null } },
    ],
    [
      'a removed track',
      { map: { id: 'a', summary_polyline: 'abc' } },
      { map: { id: 'a', summary_polyline: '' } },
      { map: { id: 'a', summary_polyline: '' } },
    ],
    [
      'an empty track for no key',
      { map: { id: 'a' } },
      { map: { id: 'a', summary_polyline: '' } },
      { map: { id: 'a', summary_polyline: '' } },
    ],
    ['a new map', { map: null }, { map: { id: 'a' } }, { map: { id: 'a' } }],
  ])('alignDetail aligns %s', (_, listed, inDetail, expected) => {
    const base = { id: record.id, start_date: record.start_date };
    const aligned = alignDetail(read({ ...base, ...inDetail }), listedOf({ ...base, ...listed }));
    expect(aligned.summary.record).toEqual({ ...base, ...expected });
  });
});

describe('segmentIdsOf', () => {
  it('segmentIdsOf returns the segments of the efforts without duplicates', () => {
    const efforts = [7, 8, 7, 9].map((id) => ({ id: 2n ** 53n + 1n, segment: { id } }));
    expect(segmentIdsOf({ segment_efforts: efforts })).toEqual([7, 8, 9]);
  });

  it.each<[JsonValue]>([
    [null],
    ['none'],
    [{}],
    [[null, 1, [], {}]],
    [[{ segment: null }, { segment: {} }, { segment: { id: '7' } }]],
    [[{ segment: { id: 0 } }, { segment: { id: 1.5 } }, { segment: { id: 2n ** 60n } }]],
  ])('segmentIdsOf finds no segment in %o', (efforts) => {
    expect(segmentIdsOf({ segment_efforts: efforts })).toEqual([]);
  });

  it('segmentIdsOf finds no segment without efforts', () => {
    expect(segmentIdsOf({})).toEqual([]);
  });
});

describe('mayEffortsCome', () => {
  const ended = new Date('2026-11-21T07:30:00Z');
  const after = (minutes: number): Date => new Date(ended.getTime() + minutes * 60_000);

  it('mayEffortsCome expects efforts for two hours after the end', () => {
    expect(mayEffortsCome(read(record), after(119))).toBe(true);
    expect(mayEffortsCome(read(record), after(120))).toBe(false);
  });

  it.each<[string, JsonObject]>([
    ['it has some', { segment_efforts: [{ id: 1 }] }],
    ['it was entered by hand', { manual: true }],
    ['it has no positions', { start_latlng: [] }],
    ['its positions are null', { start_latlng: null }],
    ['its elapsed time is unknown', { elapsed_time: null }],
  ])('mayEffortsCome expects no efforts where %s', (_, changes) => {
    expect(mayEffortsCome(read({ ...record, ...changes }), after(61))).toBe(false);
  });
});
