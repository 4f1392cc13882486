import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JsonValue } from '../../../src/domain/json.ts';
import {
  isProblem,
  partsOf,
  readStreams,
  streamKeys,
} from '../../../src/domain/activity/streams.ts';

const plainKeys = streamKeys.filter((key) => key !== 'latlng');

function read(response: JsonValue): Record<string, readonly unknown[]> {
  const result = readStreams(response);
  if (isProblem(result)) throw new Error(result.problem);
  return Object.fromEntries(result.arrays);
}

function problem(response: JsonValue): string {
  const result = readStreams(response);
  return isProblem(result) ? result.problem : '';
}

describe('readStreams', () => {
  it('readStreams reads the same streams from both forms', () => {
    const sample = fc.oneof(fc.integer(), fc.constant(null), fc.boolean(), fc.constant(1.5));
    const pair = fc.oneof(
      fc.constant(null),
      fc.tuple(fc.constantFrom(1, null), fc.constantFrom(2, null)),
    );
    const response = fc.nat({ max: 5 }).chain((length) => {
      const exactly = { minLength: length, maxLength: length };
      return fc.tuple(
        fc.dictionary(
          fc.constantFrom(...plainKeys),
          fc.record({ data: fc.array(sample, exactly) }),
        ),
        fc.option(fc.record({ data: fc.array(pair, exactly) })),
      );
    });
    fc.assert(
      fc.property(response, ([plain, positions]) => {
        const byKey: Record<string, JsonValue> = {
          ...plain,
          ...(positions && { latlng: positions }),
        };
        const listed = Object.entries(byKey).map(([type, stream]) => ({
          type,
          ...(stream as object),
        }));
        const arrays = read(byKey);
        expect(read(listed)).toEqual(arrays);
        for (const [key, { data }] of Object.entries(plain)) expect(arrays[key]).toEqual(data);
        expect(arrays['lat']).toEqual(positions?.data.map((position) => position?.[0] ?? null));
        expect(arrays['lng']).toEqual(positions?.data.map((position) => position?.[1] ?? null));
        expect(arrays).not.toHaveProperty('latlng');
      }),
    );
  });

  it('readStreams counts the samples, 0 without a stream', () => {
    expect(readStreams({ time: { data: [0, 1, 2] } })).toMatchObject({ sampleCount: 3 });
    expect(readStreams({})).toMatchObject({ sampleCount: 0 });
    expect(readStreams([])).toMatchObject({ sampleCount: 0 });
  });

  it('readStreams ignores keys that were not requested', () => {
    const stranger = { lat: { data: [1] }, mood: 'good', __proto__: null };
    expect(read({ ...stranger, time: { data: [0, 1] } })).toEqual({ time: [0, 1] });
  });

  it.each<[string, JsonValue, string]>([
    ['a text', 'Service unavailable', 'neither an object nor a list'],
    ['null', null, 'neither an object nor a list'],
    ['an object about something else', { message: 'error' }, 'no known stream'],
    ['a list about something else', [{ type: 'mood', data: [] }], 'no known stream'],
    ['a list of something else', [{ type: 'time', data: [] }, 5], 'neither an object nor a list'],
    ['a list without types', [{ data: [] }], 'neither an object nor a list'],
    [
      'unequal lengths',
      { time: { data: [1] }, watts: { data: [1, 2] } },
      'different lengths (1, 2)',
    ],
    [
      'positions of another length',
      { time: { data: [1] }, latlng: { data: [] } },
      'different lengths',
    ],
    ['a stream without data', { time: {} }, 'time has no list of samples'],
    ['a stream that is not an object', { time: [1, 2] }, 'time has no list of samples'],
    ['a text among the samples', { time: { data: [1, 'two'] } }, 'time has a sample'],
    ['a position of three', { latlng: { data: [[1, 2, 3]] } }, 'latlng has a sample'],
    ['a position of texts', { latlng: { data: [['1', '2']] } }, 'latlng has a sample'],
    ['a position of booleans', { latlng: { data: [[true, false]] } }, 'latlng has a sample'],
    ['a position that is a number', { latlng: { data: [1] } }, 'latlng has a sample'],
  ])('readStreams rejects %s', (_, response, words) => {
    expect(problem(response)).toContain(words);
  });

  it('readStreams reads or rejects any JSON value', () => {
    const value = fc.jsonValue() as fc.Arbitrary<JsonValue>;
    const stream = fc.record({ type: fc.constantFrom(...streamKeys), data: fc.array(value) });
    const keyed = fc.dictionary(fc.constantFrom(...streamKeys), fc.oneof(value, stream));
    fc.assert(
      fc.property(fc.oneof(value, keyed, fc.array(fc.oneof(value, stream))), (response) => {
        const result = readStreams(response);
        if (isProblem(result)) return;
        for (const array of result.arrays.values()) expect(array).toHaveLength(result.sampleCount);
      }),
    );
  });
});

describe('partsOf', () => {
  it('partsOf cuts all samples in order into the fewest parts that are neither empty nor too large', () => {
    const size = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_000 }),
        size,
        size,
        (sampleCount, byteLength, maxBytes) => {
          const parts = partsOf(sampleCount, byteLength, maxBytes);
          expect(parts.map(({ part }) => part)).toEqual([...parts.keys()]);
          const ends = parts.map(({ to }) => to);
          expect(parts.map(({ from }) => from)).toEqual([0, ...ends.slice(0, -1)]);
          expect(ends.at(-1)).toBe(sampleCount);
          const sizes = parts.map(({ from, to }) => to - from);
          expect(Math.min(...sizes)).toBeGreaterThan(0);
          const largest = Math.max(...sizes);
          const largestBytes = (largest * byteLength) / sampleCount;
          if (largest > 1) expect(largestBytes).toBeLessThanOrEqual(maxBytes * (1 + 1e-9));
          const fitting = Math.max(1, Math.floor((sampleCount * maxBytes) / byteLength));
          expect(parts).toHaveLength(Math.ceil(sampleCount / fitting));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['no sample', 0, 0, 100, [[0, 0]]],
    ['no sample in many bytes', 0, 1_000, 100, [[0, 0]]],
    [
      'more parts than samples',
      3,
      1_000,
      100,
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    ],
    ['an uneven cut', 10, 600, 100, Array.from({ length: 10 }, (_, at) => [at, at + 1])],
    ['what fits', 10, 100, 100, [[0, 10]]],
  ])('partsOf cuts %s', (_, sampleCount, byteLength, maxBytes, ranges) => {
    const parts = partsOf(sampleCount, byteLength, maxBytes);
    expect(parts.map(({ from, to }) => [from, to])).toEqual(ranges);
  });
});
