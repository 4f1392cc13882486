/**
 * The fields of FIT's record message, as devices of several kinds define them.
 */
import type { FitField, FitType, FitValue } from './fit-writer.ts';
import type { Sample } from './samples.ts';

/** What is odd about the fields of the records. */
export interface RecordFieldOptions {
  /** Types and sizes are other than the profile's, and one size is no multiple of its type's. */
  readonly hasOddTypes?: boolean;
  /** Altitude has more bits. */
  readonly isEnhanced?: boolean;
  /** Distance is packed with the speed, as old watches do. */
  readonly hasPackedDistance?: boolean;
  /** Heart rate comes in messages of its own, from a strap that swims. */
  readonly hasHeartbeats?: boolean;
}

/** A field of the records: its definition, and its raw value. */
export type RecordField = FitField & { readonly raw: (sample: Sample) => FitValue };

/** The raw values of one record. */
export const valuesOf = (fields: readonly RecordField[], record: Sample): readonly FitValue[] =>
  fields.map(({ raw }) => raw(record));

/** The fields that any record has, as the options want them. */
export function recordFields(
  records: readonly Sample[],
  options: RecordFieldOptions,
): readonly RecordField[] {
  const has = (name: keyof Sample): boolean => records.some((record) => record[name] !== null);
  const isOdd = options.hasOddTypes === true;
  const field = (
    name: keyof Sample,
    number: number,
    [type, odd]: readonly [FitType, FitType],
    scale: (value: number) => number = Math.round,
  ): readonly RecordField[] =>
    has(name)
      ? [{ number, type: isOdd ? odd : type, raw: (each) => scaled(each[name], scale) }]
      : [];
  const altitude = (value: number): number => Math.round((value + 500) * 5);
  return [
    ...(isOdd ? [{ number: 6, type: 'uint16', oddSize: 3, raw: () => null } as const] : []),
    ...field('lat', 0, ['sint32', 'sint32'], semicircles),
    ...field('lng', 1, ['sint32', 'sint32'], semicircles),
    ...(options.isEnhanced === true
      ? field('altitude', 78, ['uint32', 'float32'], altitude)
      : field('altitude', 2, ['uint16', 'uint32'], altitude)),
    ...field('heartrate', 3, ['uint8', 'uint16']).slice(options.hasHeartbeats === true ? 1 : 0),
    ...field('cadence', 4, ['uint8', 'uint8'], Math.floor),
    ...fractionField(records),
    ...(options.hasPackedDistance === true
      ? has('distance')
        ? [{ number: 8, type: 'byte', count: 3, raw: packedDistance } as const]
        : []
      : field('distance', 5, ['uint32', 'float64'], (value) => Math.round(value * 100))),
    ...field('watts', 7, ['uint16', 'sint32']),
    ...field('temp', 13, ['sint8', 'sint16']),
  ];
}

function fractionField(records: readonly Sample[]): readonly RecordField[] {
  const fraction = ({ cadence }: Sample): number => ((cadence ?? 0) % 1) * 128;
  const hasFractions = records.some((record) => fraction(record) > 0);
  return hasFractions ? [{ number: 53, type: 'uint8', raw: fraction }] : [];
}

const scaled = (value: number | null, scale: (value: number) => number): number | null =>
  value === null ? null : scale(value);

const semicircles = (degrees: number): number => Math.round((degrees * 2 ** 31) / 180);

/** Twelve bits of speed, here of 3 m/s, and twelve of distance in sixteenths of a metre. */
function packedDistance({ distance }: Sample): readonly (number | null)[] {
  if (distance === null) return [null, null, null];
  const packed = Math.round(distance * 16) & 0xfff;
  return [300 & 0xff, (300 >> 8) | ((packed & 0xf) << 4), packed >> 4];
}
