/**
 * FIT messages beside the records: heartbeats of a strap, and the lengths of a pool swim.
 */
import { toFitTime, type FitWriter } from './fit-writer.ts';
import type { Sample } from './samples.ts';

/** The strap's own clock at the first beat, in 1/1024 s. */
const strapClock = 123_456;
const beatsInMessage = 8;
/** Twelve bits of 1/1024 s count to so many seconds. */
const maxGapS = 4;

/** hr messages: a beat with its full time after each gap, then eight at a time with twelve bits each. */
export function addHeartbeats(writer: FitWriter, records: readonly Sample[]): void {
  const beats = records.filter(({ heartrate }) => heartrate !== null);
  const [{ timeS: startS } = { timeS: 0 }] = beats;
  const clock = ({ timeS }: Sample): number => strapClock + (timeS - startS) * 1024;
  let group: Sample[] = [];
  const flush = (): void => {
    if (group.length > 0) {
      writer.data(5, [packed(group.map(clock)), group.map(({ heartrate }) => heartrate)]);
    }
    group = [];
  };
  defineHeartbeats(writer);
  for (const [index, beat] of beats.entries()) {
    if (beat.timeS - (beats[index - 1]?.timeS ?? -Infinity) >= maxGapS) {
      flush();
      writer.data(4, [toFitTime(beat.timeS), 0, clock(beat), beat.heartrate]);
    } else {
      group.push(beat);
    }
    if (group.length === beatsInMessage) flush();
  }
  flush();
}

function defineHeartbeats(writer: FitWriter): void {
  writer.define({
    local: 4,
    message: 132,
    fields: [
      { number: 253, type: 'uint32' },
      { number: 0, type: 'uint16' },
      { number: 9, type: 'uint32' },
      { number: 6, type: 'uint8' },
    ],
  });
  writer.define({
    local: 5,
    message: 132,
    fields: [
      { number: 10, type: 'byte', count: (beatsInMessage * 3) / 2 },
      { number: 6, type: 'uint8', count: beatsInMessage },
    ],
  });
}

/** Twelve bits of each time; the last one is repeated where a message has fewer than eight. */
function packed(times: readonly number[]): readonly number[] {
  const last = times.at(-1) ?? 0;
  const low = Array.from({ length: beatsInMessage }, (_, index) => (times[index] ?? last) & 0xfff);
  return Array.from({ length: beatsInMessage / 2 }, (_, pair) => {
    const [one = 0, two = 0] = low.slice(pair * 2, pair * 2 + 2);
    return [one & 0xff, (one >> 8) | ((two & 0xf) << 4), two >> 4];
  }).flat();
}

/** length messages: one for each half minute, with its strokes. */
export function addLengths(writer: FitWriter, records: readonly Sample[]): void {
  writer.define({
    local: 6,
    message: 101,
    fields: [
      { number: 253, type: 'uint32' },
      { number: 2, type: 'uint32' },
      { number: 3, type: 'uint32' },
      { number: 5, type: 'uint16' },
      { number: 12, type: 'enum' },
    ],
  });
  const [start = 0, end = 0] = [records[0]?.timeS, records.at(-1)?.timeS];
  for (let timeS = start; timeS + 30 <= end; timeS += 30) {
    writer.data(6, [toFitTime(timeS + 30), toFitTime(timeS), 30_000, 14, 1]);
  }
}
