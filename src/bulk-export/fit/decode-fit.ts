/**
 * Reads a FIT file as devices write it, not as the protocol wants it: it keeps every record before and
 * after what is wrong, and says what was. Source of the format: the FIT protocol and profile.
 */
import type { RecordingResult } from '../../domain/bulk-export/recorded-file.ts';
import { columnIndex, RecordTable } from '../record-table.ts';
import { Heartbeats } from './heartbeats.ts';
import { messages, readLayout, valueOf, type Layout } from './layout.ts';
import { findHeader, findPart } from './parts.ts';
import { RecordReader } from './record-message.ts';

/** FIT counts seconds since 1989-12-31T00:00:00Z. */
const fitEpochS = 631_065_600;
/** A smaller time counts from when the device was switched on. */
const minDateS = 0x10000000;
/** A watch chains two or three files; each costs a look at its checksum. */
const maxParts = 32;

/**
 * The records of a FIT file and of all files chained to it. It never throws, and takes a time linear
 * in the bytes.
 */
export function decodeFit(bytes: Uint8Array): RecordingResult {
  const reader = new FitReader();
  let start = findHeader(bytes, 0);
  if (start === undefined) return { unreadable: 'it has no FIT header' };
  for (let count = 0; start !== undefined && count < maxParts; count += 1) {
    const part = findPart(bytes, start);
    reader.read(bytes.subarray(start, part.end), part.headerSize, part.problems);
    start = part.next;
  }
  return reader.finish(start === undefined ? [] : [`only its first ${maxParts} parts were read`]);
}

class FitReader {
  readonly #table = new RecordTable();
  readonly #heartbeats = new Heartbeats();
  readonly #problems = new Set<string>();
  #layouts: (Layout | undefined)[] = [];
  readonly #records = new RecordReader();
  /** Seconds since FIT's epoch, of the last message that has a time; compressed times count from it. */
  #lastTime = NaN;
  #undated = 0;

  /** Reads one file of a chain. */
  read(bytes: Uint8Array, headerSize: number, problems: readonly string[]): void {
    this.#layouts = [];
    this.#lastTime = NaN;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const problem = this.#readMessages(view, headerSize);
    for (const each of [...problems, ...(problem ?? [])]) this.#problems.add(each);
  }

  /** Reads to the end, or to what cannot be read, which it returns. The last two bytes are a sum. */
  #readMessages(view: DataView, from: number): readonly string[] | undefined {
    const end = view.byteLength - 2;
    for (let at = from; at < end && !this.#table.isOverfull;) {
      const header = view.getUint8(at);
      const isDefinition = (header & 0xc0) === 0x40;
      const next = isDefinition
        ? this.#readDefinition(view, at + 1, header)
        : this.#readData(view, at + 1, header);
      if (typeof next === 'string') return [next];
      at = next;
    }
    return undefined;
  }

  #readDefinition(view: DataView, at: number, header: number): number | string {
    const read = readLayout(view, at, (header & 0x20) !== 0);
    if (read === undefined) return 'it ends in the middle of a definition';
    this.#layouts[header & 0x0f] = read.layout;
    return read.next;
  }

  #readData(view: DataView, at: number, header: number): number | string {
    const hasCompressedTime = (header & 0x80) !== 0;
    const layout = this.#layouts[hasCompressedTime ? (header >> 5) & 3 : header & 0x0f];
    if (layout === undefined) return 'it has a message without a definition';
    if (at + layout.size > view.byteLength) return 'it ends in the middle of a message';
    const time = this.#readTime(view, at, layout, hasCompressedTime ? header & 0x1f : undefined);
    if (layout.message === messages.record) this.#readRecord(view, at, layout, time);
    if (layout.message === messages.hr) {
      this.#heartbeats.read(view, at, layout, time + fitEpochS);
    }
    return at + layout.size;
  }

  /** A message's own time, else the one that its header's five bits give. */
  #readTime(view: DataView, at: number, layout: Layout, offset: number | undefined): number {
    const own = layout.time === undefined ? NaN : valueOf(view, at, layout, layout.time);
    const time =
      Number.isNaN(own) && offset !== undefined
        ? this.#lastTime + ((offset - this.#lastTime) & 0x1f)
        : own;
    if (!Number.isNaN(time)) this.#lastTime = time;
    return time;
  }

  #readRecord(view: DataView, at: number, layout: Layout, time: number): void {
    if (time < minDateS) {
      this.#undated += 1;
      return;
    }
    const { row } = this.#table;
    this.#records.read(view, at, layout, row);
    row[columnIndex.timeS] = time + fitEpochS;
    this.#table.add();
  }

  finish(more: readonly string[]): RecordingResult {
    const undated = `${this.#undated} records have no date, because the device's clock was not set`;
    const problems = [...this.#problems, ...more, ...(this.#undated > 0 ? [undated] : [])];
    const result = this.#table.finish(problems, 'it has no records');
    if ('unreadable' in result) return result;
    const { columns } = result.recording;
    return { recording: { ...result.recording, columns: this.#heartbeats.addTo(columns) } };
  }
}
