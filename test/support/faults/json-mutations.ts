/**
 * Ways to spoil Strava's responses, as texts, because half of them cannot be written as JavaScript values
 * (`1e400`, `-0`, integers beyond 2^53, keys that come twice).
 */
import type { Random } from './random.ts';

/** A JSON object as its members' keys and texts, in order. */
export type Members = readonly (readonly [key: string, text: string])[];

/** The expected fate of a spoilt record; `any` if both are right. */
export type Fate = 'stored' | 'parked' | 'any';

/** A spoilt text and its fate. */
export interface Spoilt {
  readonly kind: string;
  readonly text: string;
  readonly fate: Fate;
}

export function membersOf(record: Readonly<Record<string, unknown>>): Members {
  return Object.entries(record).map(([key, value]) => [key, JSON.stringify(value)]);
}

/** Writes keys as they are, so that they may contain escapes. */
export function textOf(members: Members): string {
  return `{${members.map(([key, text]) => `"${key}":${text}`).join(',')}}`;
}

function withMember(members: Members, key: string, text: string): Members {
  return [...members.filter(([other]) => other !== key), [key, text]];
}

function nested(levels: number, inner = '1'): string {
  return `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`;
}

const nothings = ['null', '7', '-1', '"text"', 'true', '[]', '[[]]', '{}', '""'] as const;

const wrongIds = [
  ...['null', '"19000000000"', '0', '-5', '1.5', '1e400', '9007199254740993', '-0', '[]', '{}'],
  ...['9223372036854775808', 'true', '{"$oid":"x"}', '[1]'],
] as const;

const wrongStarts = [
  ...['null', '17', '""', '"yesterday"', '"2019-13-01T00:00:00Z"', '"2019-01-01"', '[]', '{}'],
  ...['"2019-01-01T25:00:00Z"', '1e400', '"\\u0000"', '{"$date":0}'],
] as const;

const oddValues = [
  ...['null', 'true', '"text"', '-1', '0', '-0', '1e400', '-1e400', '1e-400', '9007199254740993'],
  ...[
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775809',
    '2147483648',
    '[]',
    '{}',
  ],
  ...['"\\ud800"', '"\\u0000"', '"🚴‍♀️💨"', '{"$gt":1}', '{"a.b":{"$x":1}}', '[[[]]]', '[null]'],
  ...['{"__proto__":{"x":1}}', '{"constructor":1}', '{"":""}', '[999,999]', '[1e400,0]', '[1]'],
  ...[nested(50), `"${'~?@_'.repeat(500)}"`, `"${'x'.repeat(100_000)}"`],
  ...['{"summary_polyline":17}', '{"summary_polyline":"\\u0000~~~"}', '{"summary_polyline":"🚴"}'],
] as const;

/** None of them holds an id or a start, which decide whether a record can be stored. */
const fields = [
  ...[
    'name',
    'distance',
    'moving_time',
    'elapsed_time',
    'total_elevation_gain',
    'sport_type',
    'type',
  ],
  ...['map', 'start_latlng', 'end_latlng', 'manual', 'athlete', 'timezone', 'start_date_local'],
  ...[
    'average_speed',
    'gear_id',
    'trainer',
    'private',
    'has_heartrate',
    'upload_id',
    'resource_state',
  ],
] as const;

const oddKeys = [
  ...['$x', '$set', 'a.b', '.', '$', '', '__proto__', 'constructor', 'prototype', 'toString'],
  ...[
    'hasOwnProperty',
    '_id',
    'sync',
    'track',
    'start_point',
    'derived',
    'length',
    '0',
    '🚴',
    '\\ud800',
  ],
  ...['sync.epoch', 'then', 'toBSON', '_bsontype', '$ref', 'id ', 'x'.repeat(2_000)],
] as const;

/** Spoils one record of the list; the id of what is stored stays the same. */
export function spoilRecord(members: Members, random: Random): Spoilt {
  const spoilings: readonly (() => Spoilt)[] = [
    () => ({ kind: 'no object', text: random.pick(nothings), fate: 'parked' }),
    () => changed('wrong id', members, ['id', random.pick(wrongIds)], 'parked'),
    () => changed('wrong start', members, ['start_date', random.pick(wrongStarts)], 'parked'),
    () => missing(members, random.pick(['id', 'start_date']), 'parked'),
    () => missing(members, random.pick(fields), 'stored'),
    () => changed('odd value', members, [random.pick(fields), random.pick(oddValues)], 'stored'),
    () => changed('odd value', members, [random.pick(fields), random.pick(oddValues)], 'stored'),
    () => changed('odd key', members, [random.pick(oddKeys), random.pick(oddValues)], 'any'),
    () => changed('odd key', members, [random.pick(oddKeys), random.pick(['1', '"x"'])], 'any'),
    () => changed('NUL in a key', members, ['a\\u0000b', '1'], 'parked'),
    () => {
      const levels = random.pick([90, 97, 98, 99, 100, 101, 500, 5_000, 20_000]);
      const fate = levels < 97 ? 'stored' : levels > 101 ? 'parked' : 'any';
      return changed('deep', members, ['extra', nested(levels, '9007199254740993')], fate);
    },
    () => ({ kind: 'twice', text: `${textOf(members)},${textOf(members)}`, fate: 'stored' }),
    () => ({ kind: 'keys twice', text: textOf([...members, ...members]), fate: 'stored' }),
  ];
  return random.pick(spoilings)();
}

function changed(
  kind: string,
  members: Members,
  [key, text]: readonly [string, string],
  fate: Fate,
): Spoilt {
  return {
    kind: `${kind} ${key.slice(0, 20)}`,
    text: textOf(withMember(members, key, text)),
    fate,
  };
}

function missing(members: Members, key: string, fate: Fate): Spoilt {
  return { kind: `no ${key}`, text: textOf(members.filter(([other]) => other !== key)), fate };
}

type StreamSet = Readonly<Record<string, { readonly data: readonly unknown[] }>>;

const badStreams = [
  ...[
    'null',
    '7',
    '"text"',
    '{}',
    '{"data":null}',
    '{"data":"x"}',
    '{"data":{}}',
    '{"data":["x"]}',
  ],
  ...['{"data":[{}]}', '[1,2,3]', '{"data":[[1]]}', 'true'],
  `{"data":${nested(20_000)}}`,
] as const;

const badPositions = ['[1]', '[1,2,3]', '["a","b"]', '7', '"x"', '{}', '[{},{}]', '[[1],[2]]'];

/** Spoils one response with streams; `maxPoints` bounds the number of points. */
export function spoilStreams(streams: StreamSet, random: Random, maxPoints: number): Spoilt {
  const members = membersOf(streams);
  const length = streams['time']?.data.length ?? 0;
  const alone = (key: string, data: string): string => `{"${key}":{"data":${data}}}`;
  const spoilings: readonly (() => Spoilt)[] = [
    () => ({
      kind: 'no streams',
      text: random.pick(['null', '7', '"x"', '[null]', '[7]']),
      fate: 'parked',
    }),
    () => ({ kind: 'empty', text: random.pick(['{}', '[]']), fate: 'any' }),
    () => {
      // A number alone would be right for a recording of one sample.
      const badStream = random.pick([...badStreams, listed(length + 1, '9007199254740993')]);
      return changed('bad stream', members, ['time', badStream], 'parked');
    },
    () => changed('unequal', members, ['heartrate', listed(length + 1, '1')], 'parked'),
    () => ({
      kind: 'bad position',
      text: alone('latlng', `[${random.pick(badPositions)}]`),
      fate: 'parked',
    }),
    () => changed('odd key', members, [random.pick(oddKeys), random.pick(oddValues)], 'stored'),
    () => ({ kind: 'as a list', text: asList(streams), fate: 'stored' }),
    () => ({ kind: 'no points', text: alone('time', '[]'), fate: 'any' }),
    () => ({ kind: 'many points', text: alone('time', manyPoints(maxPoints)), fate: 'any' }),
    () => ({
      kind: 'odd numbers',
      text: alone('watts', '[null,-0,1e400,1e-400,true,0.1]'),
      fate: 'any',
    }),
  ];
  return random.pick(spoilings)();
}

function listed(count: number, number: string): string {
  return `{"data":[${Array.from({ length: count }, () => number).join(',')}]}`;
}

function manyPoints(count: number): string {
  return `[${Array.from({ length: count }, (_, index) => index).join(',')}]`;
}

function asList(streams: StreamSet): string {
  return JSON.stringify(Object.entries(streams).map(([type, { data }]) => ({ type, data })));
}
