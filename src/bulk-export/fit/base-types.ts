/**
 * The base types of FIT's fields (the FIT protocol, "Base Types"). A definition says the type of each
 * field, and the definition counts, not the profile.
 */

/** The bytes of one value, by base type; undefined for a number that is no type. */
const sizes = [1, 1, 1, 2, 2, 4, 4, 1, 4, 8, 1, 2, 4, 1, 8, 8, 8];

/** The number of a base type without its flag for types of several bytes. */
export const baseType = (byte: number): number => byte & 0x1f;

/** The bytes of one value of a type; undefined for an unknown type. */
export const sizeOf = (type: number): number | undefined => sizes[type];

/** The value at an offset; NaN for the type's invalid value, a text, and an unknown type. */
export function readValue(view: DataView, at: number, type: number, isLittle: boolean): number {
  switch (type) {
    case 0:
    case 2:
    case 13:
      return unless(0xff, view.getUint8(at));
    case 1:
      return unless(0x7f, view.getInt8(at));
    case 3:
      return unless(0x7fff, view.getInt16(at, isLittle));
    case 4:
      return unless(0xffff, view.getUint16(at, isLittle));
    case 5:
      return unless(0x7fffffff, view.getInt32(at, isLittle));
    case 6:
      return unless(0xffffffff, view.getUint32(at, isLittle));
    case 8:
      return view.getFloat32(at, isLittle);
    case 9:
      return view.getFloat64(at, isLittle);
    case 10:
      return unless(0, view.getUint8(at));
    case 11:
      return unless(0, view.getUint16(at, isLittle));
    case 12:
      return unless(0, view.getUint32(at, isLittle));
    default:
      return readLong(view, at, type, isLittle);
  }
}

function readLong(view: DataView, at: number, type: number, isLittle: boolean): number {
  switch (type) {
    case 14:
      return unless(2 ** 63, Number(view.getBigInt64(at, isLittle)));
    case 15:
      return unless(2 ** 64, Number(view.getBigUint64(at, isLittle)));
    case 16:
      return unless(0, Number(view.getBigUint64(at, isLittle)));
    default:
      return NaN;
  }
}

const unless = (invalid: number, value: number): number => (value === invalid ? NaN : value);
