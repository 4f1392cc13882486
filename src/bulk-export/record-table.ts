/**
 * Collects a recording's records, in any order, and makes columns of them.
 */
import type { RecordedColumns, RecordingResult } from '../domain/bulk-export/recorded-file.ts';

/** The index of each value in a row. */
export const columnIndex = {
  timeS: 0,
  lat: 1,
  lng: 2,
  altitude: 3,
  distance: 4,
  heartrate: 5,
  cadence: 6,
  watts: 7,
  temp: 8,
} as const;

type ColumnName = Exclude<keyof typeof columnIndex, 'timeS'>;

const width = Object.keys(columnIndex).length;
const columnNames = Object.keys(columnIndex).filter((name): name is ColumnName => name !== 'timeS');

/** Eleven days at a record a second; a file with more is made to exhaust the memory. */
const defaultMaxRecords = 1_000_000;
/** A record that is so far from the middle one has a wrong time. */
const maxDistanceS = 90 * 24 * 3600;

/**
 * The rows of one recording. Fill `row` by `columnIndex`, with NaN for what is missing (which it holds
 * after each `add`), then call `add`.
 */
export class RecordTable {
  readonly row = new Float64Array(width).fill(NaN);
  readonly #maxRecords: number;
  #values = new Float64Array(width * 1024);
  #count = 0;
  #untimed = 0;
  #isOverfull = false;

  constructor(maxRecords = defaultMaxRecords) {
    this.#maxRecords = maxRecords;
  }

  /** More records were added than the table takes. */
  get isOverfull(): boolean {
    return this.#isOverfull;
  }

  /** Takes `row`'s values as a record, then clears it. A row without a time is only counted. */
  add(): void {
    const { row } = this;
    if (Number.isFinite(row[columnIndex.timeS])) this.#store(row);
    else this.#untimed += 1;
    row.fill(NaN);
  }

  #store(row: Float64Array): void {
    if (this.#count >= this.#maxRecords) {
      this.#isOverfull = true;
      return;
    }
    const { timeS, lat, lng } = columnIndex;
    row[timeS] = Math.floor(row[timeS] ?? NaN);
    if (!isPosition(row[lat] ?? NaN, row[lng] ?? NaN)) row[lat] = row[lng] = NaN;
    if ((this.#count + 1) * width > this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(row, this.#count * width);
    this.#count += 1;
  }

  /** The records as columns; `emptiness` is the clause for a recording that has none with a time. */
  finish(problems: readonly string[], emptiness: string): RecordingResult {
    const sorted = this.#sorted();
    const kept = sorted.filter((row) => this.#isNearTheMiddle(row, sorted));
    if (kept.length === 0) {
      const reason = this.#untimed > 0 ? 'its records have no time' : emptiness;
      return { unreadable: [reason, ...problems].join('; ') };
    }
    const found = [
      ...problems,
      ...counted(this.#untimed, 'no time'),
      ...counted(sorted.length - kept.length, 'a time that is months from the others'),
      ...(this.#isOverfull ? [`only the first ${this.#maxRecords} records were read`] : []),
    ];
    return { recording: { columns: this.#columns(this.#onePerSecond(kept)), problems: found } };
  }

  #value(row: number, column: number): number {
    return this.#values[row * width + column] ?? NaN;
  }

  #timeOf(row: number): number {
    return this.#value(row, columnIndex.timeS);
  }

  #sorted(): Uint32Array {
    const rows = Uint32Array.from({ length: this.#count }, (_, index) => index);
    const isAscending = rows.every(
      (row) => row === 0 || this.#timeOf(row - 1) <= this.#timeOf(row),
    );
    return isAscending ? rows : rows.sort((a, b) => this.#timeOf(a) - this.#timeOf(b) || a - b);
  }

  #isNearTheMiddle(row: number, sorted: Uint32Array): boolean {
    const middle = this.#timeOf(sorted[sorted.length >> 1] ?? 0);
    return Math.abs(this.#timeOf(row) - middle) <= maxDistanceS;
  }

  /** The first row of each second, with what it lacks taken from the others of that second. */
  #onePerSecond(sorted: Uint32Array): Uint32Array {
    let first = -1;
    return sorted.filter((row) => {
      if (first < 0 || this.#timeOf(first) !== this.#timeOf(row)) {
        first = row;
        return true;
      }
      this.#complete(first, row);
      return false;
    });
  }

  #complete(row: number, other: number): void {
    for (let column = 1; column < width; column += 1) {
      if (Number.isNaN(this.#value(row, column))) {
        this.#values[row * width + column] = this.#value(other, column);
      }
    }
  }

  #columns(rows: Uint32Array): RecordedColumns {
    const columns = columnNames.flatMap((name) => {
      const values = Array.from(rows, (row) => {
        const value = this.#value(row, columnIndex[name]);
        return Number.isFinite(value) ? value : null;
      });
      return values.every((value) => value === null) ? [] : [[name, values] as const];
    });
    return { timeS: Array.from(rows, (row) => this.#timeOf(row)), ...Object.fromEntries(columns) };
  }
}

/** On the globe; exactly 0, 0 is what devices write that have no fix. */
function isPosition(lat: number, lng: number): boolean {
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 && (lat !== 0 || lng !== 0);
}

function counted(count: number, what: string): readonly string[] {
  if (count === 0) return [];
  return [count === 1 ? `1 record has ${what}` : `${count} records have ${what}`];
}
