import { describe, expect, it } from 'vitest';

import { decodeFit } from '../../../src/bulk-export/fit/decode-fit.ts';
import type { RecordedColumns } from '../../../src/domain/bulk-export/recorded-file.ts';
import {
  chainFit,
  encodeFit,
  type FitOptions,
} from '../../../src/simulator/archive/fit-encoder.ts';
import {
  fitTypes,
  FitWriter,
  toFitTime,
  type FitField,
  type FitType,
} from '../../../src/simulator/archive/fit-writer.ts';
import { columnsOf, part, problemsOf, ride, startS, without } from '../recordings.ts';

const decoded = (options: FitOptions, columns: RecordedColumns = ride): RecordedColumns =>
  columnsOf(decodeFit(encodeFit(columns, options)));

const problems = (options: FitOptions, columns: RecordedColumns = ride): readonly string[] =>
  problemsOf(decodeFit(encodeFit(columns, options)));

describe('decodeFit, of files as the protocol wants them', () => {
  it.each<[string, FitOptions]>([
    ['a header of 14 bytes', {}],
    ['a header of 12 bytes', { headerSize: 12 }],
    ['big-endian definitions', { byteOrder: 'big' }],
    ['an order of bytes that changes within the file', { byteOrder: 'mixed' }],
    ['definitions that are replaced', { redefineEvery: 7 }],
    ['developer fields', { hasDeveloperFields: true }],
    ['compressed timestamps', { hasCompressedTimes: true }],
    ['enhanced altitude', { isEnhanced: true }],
    ['types other than the profile has', { hasOddTypes: true }],
    ['enhanced altitude as a float', { hasOddTypes: true, isEnhanced: true }],
    ['lengths of a pool', { hasLengths: true }],
    [
      'many of these at once',
      { byteOrder: 'mixed', hasDeveloperFields: true, hasCompressedTimes: true, hasOddTypes: true },
    ],
  ])(
    'decodeFit, of files as the protocol wants them gives every value of a file with %s',
    (_, options) => {
      expect(decoded(options)).toEqual(ride);
      expect(problems(options)).toEqual([]);
    },
  );

  it('decodeFit, of files as the protocol wants them has only the time where the records have nothing else', () => {
    expect(decoded({}, { timeS: ride.timeS })).toEqual({ timeS: ride.timeS });
  });

  it('decodeFit, of files as the protocol wants them has no position and no distance of a pool swim that records none', () => {
    const swim = without(ride, 'lat', 'lng', 'distance');
    expect(decoded({ hasLengths: true }, swim)).toEqual(swim);
  });

  it('decodeFit, of files as the protocol wants them adds the fraction of the cadence', () => {
    const cadence = ride.cadence.map((each, index) => each && each + (index % 2) / 2);
    expect(decoded({}, { ...ride, cadence })).toEqual({ ...ride, cadence });
  });

  it('decodeFit, of files as the protocol wants them sums up a distance that is packed with the speed and wraps each 256 m', () => {
    const distance = ride.timeS.map((_, index) => (index > 40 && index < 45 ? null : index * 8.25));
    expect(distance.at(-1)).toBeGreaterThan(900);
    expect(decoded({ hasPackedDistance: true }, { ...ride, distance })).toEqual({
      ...ride,
      distance,
    });
  });

  it('decodeFit, of files as the protocol wants them gives the heart rate of a strap that sends heartbeats later', () => {
    const { heartrate } = decoded({ hasHeartbeats: true });
    const [before, inGap, after] = [
      heartrate?.slice(0, 40),
      heartrate?.slice(40, 45),
      heartrate?.slice(45),
    ];
    expect([before, after]).toEqual([ride.heartrate.slice(0, 40), ride.heartrate.slice(45)]);
    expect(inGap).toEqual([139, 139, 139, 139, null]);
  });

  it('decodeFit, of files as the protocol wants them takes 0, 0 for no position', () => {
    const lat = ride.lat.with(0, 0);
    const lng = ride.lng.with(0, 0);
    const { lat: read } = decoded({}, { ...ride, lat, lng });
    expect(read?.slice(0, 2)).toEqual([null, ride.lat[1]]);
  });

  it.each([
    ['altitude', 12_607],
    ['heartrate', 255],
    ['temp', 127],
    ['watts', 65_535],
  ] as const)(
    'decodeFit, of files as the protocol wants them takes an invalid %s for a gap, whatever type the definition says',
    (name, invalid) => {
      const values = ride[name].with(2, invalid);
      const expected = { ...ride, [name]: values.with(2, null) };
      expect(decoded({}, { ...ride, [name]: values })).toEqual(expected);
      expect(decoded({ hasOddTypes: true }, { ...ride, [name]: values })).toEqual(expected);
    },
  );
});

describe('decodeFit, of messages by their definition', () => {
  const types = Object.keys(fitTypes).filter((type): type is FitType => type !== 'string');

  it.each(types)(
    'decodeFit, of messages by their definition reads a heart rate of the type %s, with its invalid value',
    (type) => {
      const writer = recordWriter([{ number: 3, type }]);
      writer.data(1, [toFitTime(startS), 120]);
      writer.data(1, [toFitTime(startS + 1), null]);
      const expected = { timeS: [startS, startS + 1], heartrate: [120, null] };
      expect(columnsOf(decodeFit(writer.file()))).toEqual(expected);
    },
  );

  it('decodeFit, of messages by their definition takes the first value of an array, and nothing of a text or an unknown type', () => {
    const writer = recordWriter([
      { number: 3, type: 'uint8', count: 3 },
      { number: 4, type: 'string', count: 2 },
      { number: 7, type: 'uint16', oddSize: 5 },
      { number: 13, type: 'sint8' },
    ]);
    writer.data(1, [toFitTime(startS), [120, 121, 122], [65, 66], null, 20]);
    const expected = { timeS: [startS], heartrate: [120], temp: [20] };
    expect(columnsOf(decodeFit(writer.file()))).toEqual(expected);
  });

  it('decodeFit, of messages by their definition counts a compressed time from the last time of any message, across 32 seconds', () => {
    const writer = recordWriter([]);
    writer.define({ local: 0, message: 21, fields: [{ number: 253, type: 'uint32' }] });
    writer.define({ local: 2, message: 20, fields: [{ number: 3, type: 'uint8' }] });
    const [first, event] = [toFitTime(startS), toFitTime(startS + 100)];
    writer.data(1, [first]);
    writer.dataAt(2, first + 31, [101]);
    writer.data(0, [event]);
    writer.dataAt(2, event, [102]);
    writer.dataAt(2, event + 30, [103]);
    writer.dataAt(2, event + 40, [104]);
    expect(columnsOf(decodeFit(writer.file()))).toEqual({
      timeS: [startS, startS + 31, startS + 100, startS + 130, startS + 140],
      heartrate: [null, 101, 102, 103, 104],
    });
  });

  it('decodeFit, of messages by their definition has no time for a compressed record before any full time', () => {
    const writer = recordWriter([]);
    writer.define({ local: 2, message: 20, fields: [{ number: 3, type: 'uint8' }] });
    writer.dataAt(2, 5, [101]);
    writer.data(1, [toFitTime(startS)]);
    const result = decodeFit(writer.file());
    expect(columnsOf(result).timeS).toEqual([startS]);
    expect(problemsOf(result)).toEqual(['1 record has no time']);
  });

  /** A file whose records have a time and these fields. */
  function recordWriter(fields: readonly FitField[]): FitWriter {
    const writer = new FitWriter();
    writer.define({ local: 1, message: 20, fields: [{ number: 253, type: 'uint32' }, ...fields] });
    return writer;
  }
});

describe('decodeFit, of times that are out of order', () => {
  it('decodeFit, of times that are out of order keeps one record of each second, with what it lacks from the other', () => {
    const twice = {
      timeS: [startS, startS, startS + 1],
      heartrate: [100, 101, 102],
      cadence: [null, 81, 82],
    };
    expect(decoded({}, twice)).toEqual({
      timeS: [startS, startS + 1],
      heartrate: [100, 102],
      cadence: [81, 82],
    });
  });

  it('decodeFit, of times that are out of order sorts records whose time goes backwards', () => {
    const backwards = { timeS: [startS + 5, startS, startS + 9], heartrate: [105, 100, 109] };
    expect(decoded({}, backwards)).toEqual({
      timeS: [startS, startS + 5, startS + 9],
      heartrate: [100, 105, 109],
    });
  });

  it('decodeFit, of times that are out of order joins the files of a chain, also those that begin earlier', () => {
    const [first, second] = [encodeFit(part(ride, 0, 60)), encodeFit(part(ride, 60))];
    expect(decodeFit(chainFit(second, first))).toEqual(decodeFit(encodeFit(ride)));
  });

  it('decodeFit, of times that are out of order joins heart rate that a second file of a chain has for the same seconds', () => {
    const swim = encodeFit(without(ride, 'heartrate'));
    const strap = encodeFit({ timeS: ride.timeS, heartrate: ride.heartrate }, { headerSize: 12 });
    expect(columnsOf(decodeFit(chainFit(swim, strap)))).toEqual(ride);
  });

  it('decodeFit, of times that are out of order leaves out records whose time counts from power-on, and says so', () => {
    expect(decoded({ undatedRecords: 3 })).toEqual(part(ride, 3));
    expect(problems({ undatedRecords: 3 })).toEqual([
      "3 records have no date, because the device's clock was not set",
    ]);
  });

  it('decodeFit, of times that are out of order cannot read a file whose records all count from power-on', () => {
    expect(decodeFit(encodeFit(ride, { undatedRecords: 120 }))).toEqual({
      unreadable:
        "it has no records; 120 records have no date, because the device's clock was not set",
    });
  });

  it('decodeFit, of times that are out of order leaves out records of the year 2107, and says so', () => {
    expect(decoded({ implausibleRecords: 2 }).timeS).toEqual(ride.timeS.toSpliced(60, 2));
    expect(problems({ implausibleRecords: 2 })).toEqual([
      '2 records have a time that is months from the others',
    ]);
  });
});

describe('decodeFit, of damaged files', () => {
  it.each<[string, FitOptions, string]>([
    ['a wrong checksum', { isChecksumWrong: true }, 'its checksum is wrong'],
    ['no length', { declaredError: 'unknown' }, 'its length is not the one in its header'],
    ['too long a length', { declaredError: 5000 }, 'its length is not the one in its header'],
    ['too short a length', { declaredError: -900 }, 'its length is not the one in its header'],
    ['no checksum', { cutBytes: 2 }, 'its length is not the one in its header'],
  ])(
    'decodeFit, of damaged files gives every record of a file with %s, and says so',
    (_, options, problem) => {
      expect(decoded(options)).toEqual(ride);
      expect(problems(options)).toEqual([problem]);
    },
  );

  it('decodeFit, of damaged files keeps the records before a cut end, and says so', () => {
    expect(decoded({ cutBytes: 800 })).toEqual(
      part(ride, 0, decoded({ cutBytes: 800 }).timeS.length),
    );
    expect(decoded({ cutBytes: 800 }).timeS.length).toBeGreaterThan(80);
    expect(problems({ cutBytes: 800 })).toEqual([
      'its length is not the one in its header',
      'it ends in the middle of a message',
    ]);
  });

  it('decodeFit, of damaged files keeps the records before a message without definition', () => {
    const options = { endsWithUndefinedMessage: true, declaredError: 40 };
    expect(decoded(options)).toEqual(ride);
    expect(problems(options)).toEqual([
      'its length is not the one in its header',
      'it has a message without a definition',
    ]);
  });

  it('decodeFit, of damaged files goes on with the next file of a chain after a damaged one', () => {
    const damaged = encodeFit(part(ride, 0, 60), {
      declaredError: 7,
      endsWithUndefinedMessage: true,
    });
    const result = decodeFit(chainFit(damaged, encodeFit(part(ride, 60))));
    expect(columnsOf(result)).toEqual(ride);
    expect(problemsOf(result)).toHaveLength(2);
  });

  it('decodeFit, of damaged files ignores bytes after the end', () => {
    const result = decodeFit(Buffer.concat([encodeFit(ride), Buffer.alloc(500)]));
    expect(result).toEqual(decodeFit(encodeFit(ride)));
  });

  it.each([
    ['a header only', encodeFit({ timeS: [] }).slice(0, 14), 'it has no records'],
    ['no records', encodeFit({ timeS: [] }), 'it has no records'],
    ['no header', encodeFit(ride).slice(14), 'it has no FIT header'],
    ['nothing', new Uint8Array(), 'it has no FIT header'],
  ])('decodeFit, of damaged files says what a file lacks that has %s', (_, bytes, reason) => {
    const result = decodeFit(bytes);
    expect('unreadable' in result && result.unreadable).toContain(reason);
  });
});
