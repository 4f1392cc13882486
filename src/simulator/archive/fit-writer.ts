/**
 * Writes FIT messages byte by byte: definitions, data, header and checksum (the FIT protocol).
 */

/** The base types by name: their byte in a definition, their size, and their invalid value. */
export const fitTypes = {
  enum: { byte: 0x00, size: 1, invalid: 0xff },
  sint8: { byte: 0x01, size: 1, invalid: 0x7f },
  uint8: { byte: 0x02, size: 1, invalid: 0xff },
  sint16: { byte: 0x83, size: 2, invalid: 0x7fff },
  uint16: { byte: 0x84, size: 2, invalid: 0xffff },
  sint32: { byte: 0x85, size: 4, invalid: 0x7fffffff },
  uint32: { byte: 0x86, size: 4, invalid: 0xffffffff },
  string: { byte: 0x07, size: 1, invalid: 0 },
  float32: { byte: 0x88, size: 4, invalid: NaN },
  float64: { byte: 0x89, size: 8, invalid: NaN },
  uint8z: { byte: 0x0a, size: 1, invalid: 0 },
  uint16z: { byte: 0x8b, size: 2, invalid: 0 },
  uint32z: { byte: 0x8c, size: 4, invalid: 0 },
  byte: { byte: 0x0d, size: 1, invalid: 0xff },
  sint64: { byte: 0x8e, size: 8, invalid: 2 ** 63 },
  uint64: { byte: 0x8f, size: 8, invalid: 2 ** 64 },
  uint64z: { byte: 0x90, size: 8, invalid: 0 },
} as const;

export type FitType = keyof typeof fitTypes;

/** One field of a definition. */
export interface FitField {
  readonly number: number;
  readonly type: FitType;
  /** How many values it has; 1 where it is no array. */
  readonly count?: number;
  /** Its bytes, where they are not what the type and the count make; they are written as zeros. */
  readonly oddSize?: number;
}

/** How a message is defined. */
export interface FitDefinition {
  /** 0 to 15; up to 3 for messages with compressed times. */
  readonly local: number;
  readonly message: number;
  readonly fields: readonly FitField[];
  readonly isBigEndian?: boolean;
  /** The sizes of developer fields, which are filled with 0x55. */
  readonly developerSizes?: readonly number[];
}

/** A value, the values of an array, or null for the type's invalid value. */
export type FitValue = number | null | readonly (number | null)[];

/** FIT counts seconds since 1989-12-31T00:00:00Z. */
export const toFitTime = (unixS: number): number => Math.floor(unixS) - 631_065_600;

/** Collects the messages of one file. */
export class FitWriter {
  readonly #bytes: number[] = [];
  readonly #definitions = new Map<number, FitDefinition>();

  /** Writes a definition message; it replaces an earlier one of the same local number. */
  define(definition: FitDefinition): void {
    const { local, message, fields, isBigEndian = false, developerSizes = [] } = definition;
    this.#definitions.set(local, definition);
    const hasDeveloperFields = developerSizes.length > 0;
    this.#bytes.push(0x40 | (hasDeveloperFields ? 0x20 : 0) | local, 0, isBigEndian ? 1 : 0);
    pushNumber(this.#bytes, 'uint16', message, isBigEndian);
    this.#bytes.push(fields.length);
    for (const field of fields) {
      this.#bytes.push(field.number, sizeOf(field), fitTypes[field.type].byte);
    }
    if (!hasDeveloperFields) return;
    this.#bytes.push(developerSizes.length);
    for (const [number, size] of developerSizes.entries()) this.#bytes.push(number, size, 0);
  }

  /** Writes a data message, with a value for each field of its definition. */
  data(local: number, values: readonly FitValue[]): void {
    this.#message(local, local, values);
  }

  /** Writes a data message whose header has the lowest five bits of its time. */
  dataAt(local: number, fitTimeS: number, values: readonly FitValue[]): void {
    this.#message(local, 0x80 | (local << 5) | (fitTimeS & 0x1f), values);
  }

  /** Writes bytes that are no message. */
  raw(...bytes: readonly number[]): void {
    this.#bytes.push(...bytes);
  }

  #message(local: number, header: number, values: readonly FitValue[]): void {
    const definition = this.#definitions.get(local);
    if (definition === undefined) throw new Error(`Message ${local} has no definition.`);
    const { fields, isBigEndian = false, developerSizes = [] } = definition;
    this.#bytes.push(header);
    for (const [index, field] of fields.entries()) {
      pushField(this.#bytes, field, values[index] ?? null, isBigEndian);
    }
    for (const size of developerSizes) this.#bytes.push(...Array<number>(size).fill(0x55));
  }

  /** The file: header, messages, checksum. */
  file(options: FitFileOptions = {}): Uint8Array {
    const {
      headerSize = 14,
      declaredBytes = this.#bytes.length,
      isChecksumWrong = false,
    } = options;
    const header = [headerSize, 0x20];
    pushNumber(header, 'uint16', 21_158, false);
    pushNumber(header, 'uint32', declaredBytes, false);
    header.push(0x2e, 0x46, 0x49, 0x54);
    if (headerSize === 14) pushNumber(header, 'uint16', fitChecksum(header), false);
    const bytes = header.concat(this.#bytes);
    const sum = fitChecksum(bytes) ^ (isChecksumWrong ? 0xffff : 0);
    pushNumber(bytes, 'uint16', sum, false);
    return Uint8Array.from(bytes);
  }
}

/** What is odd about a file as a whole. */
export interface FitFileOptions {
  readonly headerSize?: 12 | 14;
  /** The length in the header, where it is wrong; 0 where the device never wrote it. */
  readonly declaredBytes?: number;
  readonly isChecksumWrong?: boolean;
}

function sizeOf({ type, count = 1, oddSize }: FitField): number {
  return oddSize ?? fitTypes[type].size * count;
}

function pushField(bytes: number[], field: FitField, value: FitValue, isBigEndian: boolean): void {
  const { type, count = 1, oddSize } = field;
  if (oddSize !== undefined) {
    bytes.push(...Array<number>(oddSize).fill(0));
    return;
  }
  const { invalid } = fitTypes[type];
  if (typeof value === 'number' || value === null) {
    pushNumber(bytes, type, value ?? invalid, isBigEndian);
    for (let index = 1; index < count; index += 1) pushNumber(bytes, type, invalid, isBigEndian);
    return;
  }
  for (let index = 0; index < count; index += 1)
    pushNumber(bytes, type, value[index] ?? invalid, isBigEndian);
}

/** One for all numbers, because a file has so many. */
const scratch = new DataView(new ArrayBuffer(8));

function pushNumber(bytes: number[], type: FitType, value: number, isBigEndian: boolean): void {
  const { size } = fitTypes[type];
  const isLittle = !isBigEndian;
  if (type === 'float32') scratch.setFloat32(0, value, isLittle);
  else if (type === 'float64') scratch.setFloat64(0, value, isLittle);
  else if (size === 8)
    scratch.setBigInt64(0, BigInt.asIntN(64, BigInt(value) - edge(value)), isLittle);
  else if (size === 4) scratch.setInt32(0, value, isLittle);
  else if (size === 2) scratch.setInt16(0, value, isLittle);
  else scratch.setInt8(0, value);
  for (let byte = 0; byte < size; byte += 1) bytes.push(scratch.getUint8(byte));
}

/** The invalid values of 64 bits are all ones, which no number can be exactly. */
const edge = (value: number): bigint => (value >= 2 ** 63 ? 1n : 0n);

/** CRC-16 with the polynomial 0x8005, reflected, of one byte. */
const checksums = Uint16Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >> 1) ^ 0xa001 : sum >> 1;
  return sum;
});

/** CRC-16 with the polynomial 0x8005, reflected. */
export function fitChecksum(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => (sum >> 8) ^ (checksums[(sum ^ byte) & 0xff] ?? 0), 0);
}
