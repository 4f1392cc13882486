/**
 * What a FIT definition message says: where the values of its data messages are.
 */
import { baseType, readValue, sizeOf } from './base-types.ts';

/** The messages that are read; of all others only the time. */
export const messages = { record: 20, hr: 132 } as const;

/** Every message's time, in seconds since FIT's epoch. */
export const timestampField = 253;

/** The fields that are read, by message. */
const wantedFields: ReadonlyMap<number, ReadonlySet<number>> = new Map([
  [messages.record, new Set([0, 1, 2, 3, 4, 5, 7, 8, 13, 53, 78, timestampField])],
  [messages.hr, new Set([0, 6, 9, 10, timestampField])],
]);
const timeOnly: ReadonlySet<number> = new Set([timestampField]);

/** One field's place in a data message, counted from the message's first byte after its header. */
export interface FieldPlace {
  readonly field: number;
  readonly offset: number;
  readonly type: number;
  /** How many values the field has; more than one for an array. */
  readonly count: number;
}

export interface Layout {
  readonly message: number;
  readonly isLittle: boolean;
  /** The bytes of a data message, without its header. */
  readonly size: number;
  /** The wanted fields only. */
  readonly places: readonly FieldPlace[];
  readonly time: FieldPlace | undefined;
}

/**
 * The layout that a definition at `at` (after its header byte) gives, and where the next message
 * begins; undefined where the bytes end before.
 */
export function readLayout(
  view: DataView,
  at: number,
  hasDeveloperFields: boolean,
): { readonly layout: Layout; readonly next: number } | undefined {
  if (at + 5 > view.byteLength) return undefined;
  const isLittle = view.getUint8(at + 1) === 0;
  const message = view.getUint16(at + 2, isLittle);
  const fieldsEnd = at + 5 + 3 * view.getUint8(at + 4);
  if (fieldsEnd + (hasDeveloperFields ? 1 : 0) > view.byteLength) return undefined;
  const { places, size } = fieldPlaces(view, at + 5, fieldsEnd, message);
  const next = fieldsEnd + (hasDeveloperFields ? 1 + 3 * view.getUint8(fieldsEnd) : 0);
  if (next > view.byteLength) return undefined;
  let developerSize = 0;
  for (let each = fieldsEnd + 1; each < next; each += 3) developerSize += view.getUint8(each + 1);
  const time = places.find(({ field }) => field === timestampField);
  return { layout: { message, isLittle, size: size + developerSize, places, time }, next };
}

/** A field whose size is no multiple of its type's is counted, but not read. */
function fieldPlaces(
  view: DataView,
  from: number,
  to: number,
  message: number,
): { readonly places: readonly FieldPlace[]; readonly size: number } {
  const wanted = wantedFields.get(message) ?? timeOnly;
  const places: FieldPlace[] = [];
  let offset = 0;
  for (let at = from; at < to; at += 3) {
    const [field, size] = [view.getUint8(at), view.getUint8(at + 1)];
    const type = baseType(view.getUint8(at + 2));
    const count = size / (sizeOf(type) ?? NaN);
    const isReadable = Number.isInteger(count) && count > 0;
    if (isReadable && wanted.has(field)) places.push({ field, offset, type, count });
    offset += size;
  }
  return { places, size: offset };
}

/** The field's first value; NaN where it is invalid. `at` is where the data message begins. */
export function valueOf(view: DataView, at: number, layout: Layout, place: FieldPlace): number {
  return readValue(view, at + place.offset, place.type, layout.isLittle);
}

/** All values of a field that is an array, NaN for an invalid one. */
export function valuesOf(
  view: DataView,
  at: number,
  layout: Layout,
  place: FieldPlace,
): readonly number[] {
  const size = sizeOf(place.type) ?? 1;
  return Array.from({ length: place.count }, (_, index) =>
    readValue(view, at + place.offset + index * size, place.type, layout.isLittle),
  );
}
