/**
 * Writes recordings as FIT, as well-behaved devices do and as the others do.
 */
import { addHeartbeats, addLengths } from './fit-extras.ts';
import {
  recordFields,
  valuesOf,
  type RecordField,
  type RecordFieldOptions,
} from './fit-records.ts';
import { FitWriter, toFitTime, type FitFileOptions } from './fit-writer.ts';
import { samplesOf, type Sample, type Samples } from './samples.ts';

/** What is odd about a FIT file; each of it was seen in real ones. */
export interface FitOptions extends Omit<FitFileOptions, 'declaredBytes'>, RecordFieldOptions {
  /** How far the length in the header is from the real one; `unknown` is 0, of a device that crashed. */
  readonly declaredError?: number | 'unknown';
  /** So many bytes are missing at the end. */
  readonly cutBytes?: number;
  /** After the records comes a message that no definition precedes. */
  readonly endsWithUndefinedMessage?: boolean;
  /** `mixed` changes with each definition. */
  readonly byteOrder?: 'little' | 'big' | 'mixed';
  /** The definition of the records is replaced after each so many, with the fields in another order. */
  readonly redefineEvery?: number;
  readonly hasDeveloperFields?: boolean;
  /** Most records have five bits of their time only. */
  readonly hasCompressedTimes?: boolean;
  /** A pool swim's lengths, in messages of their own. */
  readonly hasLengths?: boolean;
  /** The clock is not set for the first so many records: they have the time since power-on. */
  readonly undatedRecords?: number;
  /** So many records in the middle have a time in the year 2107. */
  readonly implausibleRecords?: number;
}

const messages = { fileId: 0, session: 18, record: 20 } as const;

/** The bytes of a FIT file with these records. */
export function encodeFit(samples: Samples, options: FitOptions = {}): Uint8Array {
  const writer = new FitWriter();
  const records = samplesOf(samples);
  const isBigEndian = options.byteOrder === 'big';
  writer.define({
    local: 0,
    message: messages.fileId,
    fields: [
      { number: 0, type: 'enum' },
      { number: 4, type: 'uint32' },
    ],
    isBigEndian,
  });
  writer.data(0, [4, toFitTime(records[0]?.timeS ?? 1e9)]);
  if (options.hasHeartbeats === true) addHeartbeats(writer, records);
  addRecords(writer, records, options);
  if (options.hasLengths === true) addLengths(writer, records);
  addSession(writer, records);
  if (options.endsWithUndefinedMessage === true) writer.raw(0x0d, 1, 2, 3, 4, 5, 6, 7, 8);
  return finish(writer, options);
}

/** Several files in one, as watches write the parts of a recording. */
export function chainFit(...files: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(files));
}

function finish(writer: FitWriter, options: FitOptions): Uint8Array {
  const { declaredError = 0, cutBytes = 0 } = options;
  const right = writer.file(options);
  const length = right.length - (options.headerSize ?? 14) - 2;
  const declaredBytes = declaredError === 'unknown' ? 0 : length + declaredError;
  return writer.file({ ...options, declaredBytes }).slice(0, right.length - cutBytes);
}

function addRecords(writer: FitWriter, records: readonly Sample[], options: FitOptions): void {
  const { redefineEvery = options.byteOrder === 'mixed' ? 10 : records.length } = options;
  const untimed = recordFields(records, options);
  const timed: readonly RecordField[] = [
    { number: 253, type: 'uint32', raw: ({ timeS }) => toFitTime(timeS) },
    ...untimed,
  ];
  let fields = timed;
  for (const [index, record] of shiftedTimes(records, options).entries()) {
    if (index % redefineEvery === 0) {
      const count = index / redefineEvery;
      fields = count % 2 === 0 ? timed : timed.toReversed();
      defineRecords(writer, { timed: fields, untimed, count }, options);
    }
    const isCompressed = options.hasCompressedTimes === true && index % 50 !== 0;
    const gap = record.timeS - (records[index - 1]?.timeS ?? -Infinity);
    if (isCompressed && gap >= 0 && gap < 32) {
      writer.dataAt(2, toFitTime(record.timeS), valuesOf(untimed, record));
    } else {
      writer.data(1, valuesOf(fields, record));
    }
  }
}

/** Defines the records with a time, and those whose header has five bits of it. */
function defineRecords(
  writer: FitWriter,
  definition: {
    readonly timed: readonly RecordField[];
    readonly untimed: readonly RecordField[];
    /** How many definitions there were before. */
    readonly count: number;
  },
  { byteOrder, hasDeveloperFields, hasCompressedTimes }: FitOptions,
): void {
  const { timed, untimed, count } = definition;
  const isBigEndian = byteOrder === 'big' || (byteOrder === 'mixed' && count % 2 === 0);
  const developerSizes = hasDeveloperFields === true ? [2, 5] : [];
  const common = { message: messages.record, isBigEndian, developerSizes };
  writer.define({ ...common, local: 1, fields: timed });
  if (hasCompressedTimes === true) writer.define({ ...common, local: 2, fields: untimed });
}

function shiftedTimes(records: readonly Sample[], options: FitOptions): readonly Sample[] {
  const { undatedRecords = 0, implausibleRecords = 0 } = options;
  const middle = Math.floor(records.length / 2);
  const year2107 = Date.UTC(2107, 0, 1) / 1000;
  return records.map((record, index) => {
    if (index < undatedRecords) return { ...record, timeS: 631_065_600 + 100 + index };
    const isImplausible = index >= middle && index < middle + implausibleRecords;
    return isImplausible ? { ...record, timeS: year2107 + index } : record;
  });
}

function addSession(writer: FitWriter, records: readonly Sample[]): void {
  const [start, end] = [records[0]?.timeS, records.at(-1)?.timeS];
  if (start === undefined || end === undefined) return;
  writer.define({
    local: 3,
    message: messages.session,
    fields: [
      { number: 253, type: 'uint32' },
      { number: 2, type: 'uint32' },
      { number: 7, type: 'uint32' },
    ],
  });
  writer.data(3, [toFitTime(end), toFitTime(start), (end - start) * 1000]);
}
