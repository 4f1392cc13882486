/**
 * FIT's hr message (the FIT profile, message 132): heartbeats of a strap that a watch could not hear
 * under water, stored later with times of their own.
 */
import type { RecordedColumn, RecordedColumns } from '../../domain/bulk-export/recorded-file.ts';
import { valueOf, valuesOf, type Layout } from './layout.ts';

const hrFields = { fraction: 0, bpm: 6, eventTime: 9, packedEventTimes: 10 } as const;

/** A heartbeat counts for the records of so many seconds. */
const maxAgeS = 5;
const maxBeats = 4_000_000;

interface Heartbeat {
  readonly timeS: number;
  readonly bpm: number;
}

/** Collects heartbeats. Their times are in 1/1024 s of a clock that the first message ties to UTC. */
export class Heartbeats {
  readonly #beats: Heartbeat[] = [];
  #anchor: { readonly timeS: number; readonly event: number } | undefined;
  #lastEvent = 0;

  /** Reads the data message at `at`, whose time is `timeS` (NaN where it has none). */
  read(view: DataView, at: number, layout: Layout, timeS: number): void {
    const place = (field: number) => layout.places.find((each) => each.field === field);
    const [bpm, event] = [place(hrFields.bpm), place(hrFields.eventTime)];
    const [fraction, packed] = [place(hrFields.fraction), place(hrFields.packedEventTimes)];
    const full = event === undefined ? [] : valuesOf(view, at, layout, event);
    const [anchorEvent = NaN] = full;
    if (Number.isFinite(timeS) && Number.isFinite(anchorEvent)) {
      const part = fraction === undefined ? NaN : valueOf(view, at, layout, fraction) / 32768;
      this.#anchor = { timeS: timeS + (Number.isNaN(part) ? 0 : part), event: anchorEvent };
    }
    const events = full.filter((each) => Number.isFinite(each));
    this.#lastEvent = events.at(-1) ?? this.#lastEvent;
    if (packed !== undefined) {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + at + packed.offset, packed.count);
      events.push(...this.#unpack(bytes));
    }
    this.#add(events, bpm === undefined ? [] : valuesOf(view, at, layout, bpm));
  }

  /** Twelve bits for each time: the lowest bits of a count that goes on from the last one. */
  #unpack(bytes: Uint8Array): readonly number[] {
    const byte = (index: number): number => bytes[index] ?? 0;
    const times = Array.from({ length: Math.floor((bytes.length * 2) / 3) }, (_, index) => {
      const at = Math.floor((index * 3) / 2);
      const low =
        index % 2 === 0 ? byte(at) | (byte(at + 1) << 8) : (byte(at) >> 4) | (byte(at + 1) << 4);
      return low & 0xfff;
    });
    return times.map((low) => {
      this.#lastEvent += (low - this.#lastEvent) & 0xfff;
      return this.#lastEvent;
    });
  }

  #add(events: readonly number[], bpm: readonly number[]): void {
    const anchor = this.#anchor;
    if (anchor === undefined || this.#beats.length > maxBeats) return;
    for (const [index, event] of events.entries()) {
      const value = bpm[index] ?? NaN;
      const timeS = anchor.timeS + (event - anchor.event) / 1024;
      if (value > 0) this.#beats.push({ timeS, bpm: value });
    }
  }

  /** The columns, with the heartbeats where a record has no heart rate. */
  addTo(columns: RecordedColumns): RecordedColumns {
    if (this.#beats.length === 0) return columns;
    const { timeS, heartrate } = columns;
    const heard = this.#rates(timeS);
    const filled = timeS.map((_, index) => heartrate?.[index] ?? heard[index] ?? null);
    return filled.every((each) => each === null) ? columns : { ...columns, heartrate: filled };
  }

  /** For each record the mean of the beats since the record before, else the last one before. */
  #rates(timeS: readonly number[]): RecordedColumn {
    const beats = this.#beats.toSorted((a, b) => a.timeS - b.timeS);
    let next = 0;
    return timeS.map((time, index) => {
      const from = Math.max(timeS[index - 1] ?? -Infinity, time - maxAgeS);
      let [sum, count] = [0, 0];
      for (let beat = beats[next]; beat !== undefined && beat.timeS <= time; beat = beats[next]) {
        if (beat.timeS > from) [sum, count] = [sum + beat.bpm, count + 1];
        next += 1;
      }
      if (count > 0) return Math.round(sum / count);
      const last = beats[next - 1];
      return last !== undefined && last.timeS > time - maxAgeS ? last.bpm : null;
    });
  }
}
