import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readRecording } from '../../src/bulk-export/read-recording.ts';
import type { RecordedColumns } from '../../src/domain/bulk-export/recorded-file.ts';
import { chainFit, encodeFit, type FitOptions } from '../../src/simulator/archive/fit-encoder.ts';
import { encodeGpx, type GpxOptions } from '../../src/simulator/archive/gpx-encoder.ts';
import { encodeTcx, type TcxOptions } from '../../src/simulator/archive/tcx-encoder.ts';
import { columnsOf, part, problemsOf, ride, startS, without } from './recordings.ts';

type Column = readonly (number | null)[];

/** A column of whole numbers, scaled, with gaps; sometimes all of it is missing. */
function column(
  length: number,
  range: { readonly min: number; readonly max: number },
  scale: (value: number) => number = (value) => value,
): fc.Arbitrary<Column | undefined> {
  const value = fc.option(fc.integer(range).map(scale), { freq: 6 });
  const values = fc.array(value, { minLength: length, maxLength: length });
  return fc.option(values, { nil: undefined, freq: 5 });
}

const degrees = (semicircles: number): number => (semicircles * 180) / 2 ** 31;

/** Recordings in values that FIT holds exactly. */
const recordings: fc.Arbitrary<RecordedColumns> = fc
  .array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 150 })
  .chain((gaps) => {
    const { length } = gaps;
    let timeS = startS;
    return fc.record({
      timeS: fc.constant(gaps.map((gap) => (timeS += gap))),
      lat: column(length, { min: 1, max: 2 ** 30 }, degrees),
      lng: column(length, { min: -(2 ** 31) + 1, max: -1 }, degrees),
      altitude: column(length, { min: -2500, max: 60_000 }, (value) => value / 5),
      distance: column(length, { min: 0, max: 2 ** 31 }, (value) => value / 100),
      heartrate: column(length, { min: 1, max: 254 }),
      cadence: column(length, { min: 0, max: 508 }, (value) => value / 2),
      watts: column(length, { min: 0, max: 3000 }),
      temp: column(length, { min: -60, max: 60 }),
    });
  })
  .map(cleaned);

/** Positions only in pairs, and no column without values. */
function cleaned(
  columns: Record<string, Column | undefined> & { timeS: number[] },
): RecordedColumns {
  const { lat, lng } = columns;
  const isPair = (_: unknown, index: number): boolean =>
    typeof lat?.[index] === 'number' && typeof lng?.[index] === 'number';
  const paired = {
    ...columns,
    lat: lat?.map((value, index) => (isPair(value, index) ? value : null)),
    lng: lng?.map((value, index) => (isPair(value, index) ? value : null)),
  };
  const kept = Object.entries(paired).filter(([, values]) =>
    values?.some((value) => value !== null),
  );
  return Object.fromEntries(kept) as unknown as RecordedColumns;
}

const fitOptions: fc.Arbitrary<FitOptions> = fc.record(
  {
    headerSize: fc.constantFrom(12, 14),
    isChecksumWrong: fc.boolean(),
    declaredError: fc.constantFrom<number | 'unknown'>('unknown', 100_000, -50),
    endsWithUndefinedMessage: fc.boolean(),
    byteOrder: fc.constantFrom('little', 'big', 'mixed'),
    redefineEvery: fc.integer({ min: 1, max: 60 }),
    hasDeveloperFields: fc.boolean(),
    hasCompressedTimes: fc.boolean(),
    hasOddTypes: fc.boolean(),
    isEnhanced: fc.boolean(),
    hasLengths: fc.boolean(),
  },
  { requiredKeys: [] },
);

const xmlOptions = {
  leadingBlanks: fc.constantFrom(0, 10),
  hasByteOrderMark: fc.boolean(),
  isUtf16: fc.boolean(),
  hasBareAmpersand: fc.boolean(),
  hasControlCharacter: fc.boolean(),
  hasEmptyElements: fc.boolean(),
  times: fc.constantFrom('utc', 'bare', 'offset', 'fraction'),
  tracks: fc.integer({ min: 1, max: 4 }),
} as const;

const tcxOptions: fc.Arbitrary<TcxOptions> = fc.record(
  {
    ...xmlOptions,
    activities: fc.integer({ min: 1, max: 3 }),
    laps: fc.integer({ min: 1, max: 3 }),
    extension: fc.constantFrom('ns3', 'ns2', 'default', 'undeclared'),
    isRun: fc.boolean(),
  },
  { requiredKeys: [] },
);

const gpxOptions: fc.Arbitrary<GpxOptions> = fc.record(
  {
    ...xmlOptions,
    segments: fc.integer({ min: 1, max: 3 }),
    extension: fc.constantFrom('gpxtpx', 'ns3', 'gpxdata', 'none', 'undeclared', 'several'),
    hasWaypoints: fc.boolean(),
  },
  { requiredKeys: [] },
);

describe('a recording that was encoded', () => {
  it('a recording that was encoded is the same after decoding it from FIT, whatever is odd about the file', () => {
    fc.assert(
      fc.property(recordings, fitOptions, (columns, options) => {
        expect(columnsOf(readRecording('1.fit', encodeFit(columns, options)))).toEqual(columns);
      }),
    );
  });

  it('a recording that was encoded is the same after decoding it from a chain of FIT files, wherever it is parted', () => {
    fc.assert(
      fc.property(recordings, fitOptions, fc.nat(150), (columns, options, at) => {
        const parts = [part(columns, 0, at), part(columns, at)].map((each) =>
          encodeFit(each, options),
        );
        expect(columnsOf(readRecording('1.fit', chainFit(...parts)))).toEqual(columns);
      }),
    );
  });

  it('a recording that was encoded is the same after decoding it from TCX, whatever is odd about the file', () => {
    fc.assert(
      fc.property(recordings, tcxOptions, (columns, options) => {
        const bytes = gzipSync(encodeTcx(columns, options));
        expect(columnsOf(readRecording('1.tcx.gz', bytes))).toEqual(without(columns, 'temp'));
      }),
    );
  });

  it('a recording that was encoded is the same after decoding it from GPX, whatever is odd about the file', () => {
    fc.assert(
      fc.property(recordings, gpxOptions, (columns, options) => {
        const bytes = encodeGpx(columns, options);
        expect(columnsOf(readRecording('1.gpx', bytes))).toEqual(without(columns, 'distance'));
      }),
    );
  });
});

/** What a recording must be whatever the bytes were. */
function expectSound(path: string, bytes: Uint8Array): void {
  const result = readRecording(path, bytes);
  if ('unreadable' in result) {
    expect(result.unreadable).toMatch(/^\S/);
    return;
  }
  const { timeS, ...columns } = result.recording.columns;
  expect(timeS.every((time, index) => time > (timeS[index - 1] ?? -Infinity))).toBe(true);
  for (const values of Object.values(columns)) {
    expect(values).toHaveLength(timeS.length);
    expect(values.every((value) => value === null || Number.isFinite(value))).toBe(true);
  }
}

const whole: readonly (readonly [string, Uint8Array])[] = [
  ['1.fit', encodeFit(ride, { hasDeveloperFields: true, hasCompressedTimes: true })],
  [
    '2.fit',
    chainFit(encodeFit(ride, { hasHeartbeats: true, byteOrder: 'mixed' }), encodeFit(ride)),
  ],
  ['1.tcx', encodeTcx(ride)],
  ['1.gpx', encodeGpx(ride)],
  ['1.tcx.gz', gzipSync(encodeTcx(ride))],
  ['1.fit.gz', gzipSync(encodeFit(ride))],
];

/** Overwrites, removes and inserts bytes at places between 0 and 1. */
const mutations = fc.array(
  fc.record({
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.nat(30),
    inserted: fc.uint8Array({ maxLength: 30 }),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('readRecording, of bytes that mean nothing', () => {
  it('readRecording, of bytes that mean nothing never throws for a file that was damaged at random', () => {
    fc.assert(
      fc.property(fc.constantFrom(...whole), mutations, ([path, bytes], changes) => {
        const damaged = changes.reduce((before, { place, removed, inserted }) => {
          const at = Math.floor(place * before.length);
          return Buffer.concat([before.subarray(0, at), inserted, before.subarray(at + removed)]);
        }, Buffer.from(bytes));
        expectSound(path, damaged);
      }),
      { numRuns: 300 },
    );
  });

  it('readRecording, of bytes that mean nothing never throws for random bytes after a FIT header', () => {
    const header = encodeFit({ timeS: [] }).subarray(0, 14);
    const records = encodeFit(ride).subarray(0, 100);
    fc.assert(
      fc.property(
        fc.constantFrom(header, records),
        fc.uint8Array({ maxLength: 600 }),
        (start, end) => {
          expectSound('1.fit', Buffer.concat([start, end]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('readRecording, of bytes that mean nothing never throws for random text', () => {
    const token = fc.constantFrom(
      '<trkpt lat="1" lon="2">',
      '</trkpt>',
      '<time>',
      '</time>',
      '<',
      '>',
      '&',
      '"',
      '<!--',
      '<![CDATA[',
      '<?x',
      '</gpx>',
      '<!DOCTYPE',
      ']',
      '2024-01-01T00:00:00Z',
      '/',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(token, fc.string()), { maxLength: 60 }), (parts) => {
        expectSound('1.gpx', Buffer.from(`<gpx>${parts.join('')}`));
        expectSound('1.tcx', Buffer.from(parts.join('')));
      }),
      { numRuns: 300 },
    );
  });

  it('reads a megabyte of headers, each of which declares the whole, in linear time', () => {
    const header = encodeFit({ timeS: [] }, { headerSize: 12, declaredError: 900_000 }).subarray(
      0,
      12,
    );
    const bytes = Buffer.concat(Array.from({ length: 80_000 }, () => header));
    expect(readRecording('1.fit', bytes)).toHaveProperty('unreadable');
  });

  it('takes at most a million records from messages of one byte each', () => {
    const message = Buffer.from([0x40, 0, 0, 20, 0, 0, ...Array<number>(1_200_000).fill(0x81)]);
    const bytes = Buffer.concat([encodeFit(ride, { cutBytes: 2 }), message]);
    const result = readRecording('1.fit', bytes);
    expect(problemsOf(result)).toContain('only the first 1000000 records were read');
  });
});
