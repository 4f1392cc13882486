/**
 * FIT's record message: one sample of the recording (the FIT profile, message 20).
 */
import { columnIndex } from '../record-table.ts';
import { valueOf, type FieldPlace, type Layout } from './layout.ts';

/** A field of the record message: its number and the profile's invalid value. */
interface RecordField {
  readonly number: number;
  /** Some devices write it into a field that they declare wider than the profile. */
  readonly invalid: number;
}

const fields = {
  lat: { number: 0, invalid: 0x7fffffff },
  lng: { number: 1, invalid: 0x7fffffff },
  altitude: { number: 2, invalid: 0xffff },
  heartrate: { number: 3, invalid: 0xff },
  cadence: { number: 4, invalid: 0xff },
  distance: { number: 5, invalid: 0xffffffff },
  power: { number: 7, invalid: 0xffff },
  temperature: { number: 13, invalid: 0x7f },
  cadenceFraction: { number: 53, invalid: 0xff },
  enhancedAltitude: { number: 78, invalid: 0xffff },
} as const satisfies Record<string, RecordField>;

const invalidOf: ReadonlyMap<number, number> = new Map(
  Object.values(fields).map(({ number, invalid }) => [number, invalid]),
);
const packedSpeedAndDistance = 8;

/** Reads records into rows. It sums up the distance of old devices, which wraps each 256 m. */
export class RecordReader {
  /** The raw values of one record, by field number. */
  readonly #raw = new Float64Array(fields.enhancedAltitude.number + 1);
  #packed = NaN;
  #packedTotal = NaN;

  /** Fills a row of the table, all but its time, from the data message at `at`. */
  read(view: DataView, at: number, layout: Layout, row: Float64Array): void {
    this.#raw.fill(NaN);
    let packedDistance = NaN;
    for (const place of layout.places) {
      const invalid = invalidOf.get(place.field);
      if (invalid !== undefined) {
        const value = valueOf(view, at, layout, place);
        if (value !== invalid) this.#raw[place.field] = value;
      } else if (place.field === packedSpeedAndDistance) {
        packedDistance = this.#unpack(view, at, place);
      }
    }
    this.#scale(row, packedDistance);
  }

  #scale(row: Float64Array, packedDistance: number): void {
    const raw = ({ number }: RecordField): number => this.#raw[number] ?? NaN;
    row[columnIndex.lat] = degrees(raw(fields.lat));
    row[columnIndex.lng] = degrees(raw(fields.lng));
    row[columnIndex.altitude] = (or(raw(fields.enhancedAltitude), raw(fields.altitude)) - 2500) / 5;
    row[columnIndex.distance] = or(raw(fields.distance) / 100, packedDistance);
    row[columnIndex.heartrate] = raw(fields.heartrate);
    row[columnIndex.cadence] = raw(fields.cadence) + or(raw(fields.cadenceFraction), 0) / 128;
    row[columnIndex.watts] = raw(fields.power);
    row[columnIndex.temp] = raw(fields.temperature);
  }

  /** Twelve bits of speed, then twelve of distance in sixteenths of a metre. */
  #unpack(view: DataView, at: number, { offset, count }: FieldPlace): number {
    if (count !== 3) return NaN;
    const middle = view.getUint8(at + offset + 1);
    const high = view.getUint8(at + offset + 2);
    if (middle === 0xff && high === 0xff) return NaN;
    const distance = (middle >> 4) | (high << 4);
    const isFirst = Number.isNaN(this.#packed);
    this.#packedTotal = isFirst
      ? distance
      : this.#packedTotal + ((distance - this.#packed) & 0xfff);
    this.#packed = distance;
    return this.#packedTotal / 16;
  }
}

/** FIT counts positions in semicircles. */
const degrees = (semicircles: number): number => (semicircles * 180) / 2 ** 31;

const or = (value: number, other: number): number => (Number.isNaN(value) ? other : value);
