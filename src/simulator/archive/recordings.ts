/** The files of an export's recordings: what the device uploaded, in its format. */
import { gzipSync } from 'node:zlib';
import { createRandom } from '../world/random.ts';
import type { StreamSet, StreamValue } from '../world/stream-set.ts';
import type { UploadedRecording } from '../world/uploaded-recording.ts';
import type { World } from '../world/world.ts';
import { damagedFile } from './damaged-files.ts';
import type { Damage } from './damaged-files.ts';
import { chainFit, encodeFit } from './fit-encoder.ts';
import type { FitOptions } from './fit-encoder.ts';
import { encodeGpx } from './gpx-encoder.ts';
import type { GpxOptions } from './gpx-encoder.ts';
import { cutSamples } from './samples.ts';
import type { SampleColumn, Samples } from './samples.ts';
import { encodeTcx } from './tcx-encoder.ts';
import type { TcxOptions } from './tcx-encoder.ts';

/** How one activity's recording stands in the archive; without any, as a usual device writes it. */
export interface RecordingChoice {
  readonly format?: 'fit' | 'tcx' | 'gpx';
  readonly isGzipped?: boolean;
  /** Several members, bytes after the end, or a missing end. */
  readonly gzip?: 'members' | 'trailing' | 'cut';
  readonly fit?: FitOptions;
  readonly tcx?: TcxOptions;
  readonly gpx?: GpxOptions;
  /** A FIT file of so many parts, each with a header of its own. */
  readonly chainedParts?: number;
  /** A multisport recording: these activities' recordings in one file, a copy for each of them. */
  readonly multisport?: readonly number[];
  /** Nothing of the recording can be read, or it does not belong to the activity. */
  readonly damage?: Damage;
}

/** The ending of the file's name, with `.gz` where it is gzipped; null for an activity without a recording. */
export function recordingEnding(
  world: World,
  id: number,
  choice: RecordingChoice = {},
): string | null {
  const recording = world.recording(id);
  if (recording === null) return null;
  if (choice.damage !== undefined) return damagedFile(choice.damage, samplesFrom(recording)).ending;
  const usual = usualFormat(id, recording.streams);
  const isGzipped = choice.isGzipped ?? (choice.gzip !== undefined || usual.isGzipped);
  return `.${choice.format ?? usual.format}${isGzipped ? '.gz' : ''}`;
}

/** What the device recorded, all its records, the ones that were cropped at Strava too. */
export function recordedSamples(
  world: World,
  id: number,
  { multisport }: RecordingChoice = {},
): Samples {
  return joined((multisport ?? [id]).flatMap((each) => world.recording(each) ?? []));
}

/** The file's bytes. */
export function recordingBytes(world: World, id: number, choice: RecordingChoice = {}): Uint8Array {
  const samples = recordedSamples(world, id, choice);
  if (choice.damage !== undefined) return damagedFile(choice.damage, samples).bytes;
  const [, format, gz] = (recordingEnding(world, id, choice) ?? '').split('.');
  const isRun = world.summary(id).type === 'Run';
  const plain = encode(samples, format, { ...choice, tcx: { isRun, ...choice.tcx } });
  return gz === undefined ? plain : gzipped(plain, choice.gzip);
}

/** The same records as one, sorted by time, with a distance that goes on. */
function joined(parts: readonly UploadedRecording[]): Samples {
  const sorted = parts.toSorted((one, other) => one.startMs - other.startMs);
  let [metres, samples] = [0, samplesFrom(sorted[0])];
  for (const part of sorted.slice(1)) {
    metres = samples.distance?.at(-1) ?? metres;
    samples = append(samples, samplesFrom(part), metres);
  }
  return samples;
}

function append(one: Samples, other: Samples, metres: number): Samples {
  const columns = [
    'lat',
    'lng',
    'altitude',
    'distance',
    'heartrate',
    'cadence',
    'watts',
    'temp',
  ] as const;
  const column = (samples: Samples, key: (typeof columns)[number]): SampleColumn =>
    samples[key] ?? samples.timeS.map(() => null);
  const present = columns.filter((key) => one[key] !== undefined || other[key] !== undefined);
  const both = present.map((key) => {
    const added = key === 'distance' ? metres : 0;
    const later = column(other, key).map((value) => (value === null ? null : value + added));
    return [key, [...column(one, key), ...later]] as const;
  });
  return { timeS: [...one.timeS, ...other.timeS], ...Object.fromEntries(both) };
}

function samplesFrom(recording: UploadedRecording | undefined): Samples {
  const { startMs = 0, streams = {} } = recording ?? {};
  const keys = ['altitude', 'distance', 'heartrate', 'cadence', 'watts', 'temp'] as const;
  const columns = keys.flatMap((key) => {
    const data = streams[key];
    return data === undefined ? [] : [[key, data.map(numberOrNull)] as const];
  });
  const points = streams['latlng'];
  return {
    timeS: (streams['time'] ?? []).map((second) => startMs / 1000 + (numberOrNull(second) ?? 0)),
    ...(points && { lat: points.map((point) => degrees(point, 0)) }),
    ...(points && { lng: points.map((point) => degrees(point, 1)) }),
    ...Object.fromEntries(columns),
  };
}

function numberOrNull(value: StreamValue): number | null {
  return typeof value === 'number' ? value : null;
}

function degrees(point: StreamValue, at: 0 | 1): number | null {
  return typeof point === 'object' && point !== null ? point[at] : null;
}

/** Mostly FIT; XML only for what has positions and a way, for the rest gets lost in it. */
function usualFormat(
  id: number,
  streams: StreamSet,
): { readonly format: 'fit' | 'tcx' | 'gpx'; readonly isGzipped: boolean } {
  const isOnTheWay = streams['latlng'] !== undefined && (streams['time']?.length ?? 0) > 1;
  const share = createRandom(id, 'format').next();
  if (!isOnTheWay || share < 0.65) return { format: 'fit', isGzipped: share > 0.05 };
  if (share < 0.8) return { format: 'tcx', isGzipped: true };
  return { format: 'gpx', isGzipped: share < 0.9 };
}

function encode(
  samples: Samples,
  format: string | undefined,
  { fit, tcx, gpx, chainedParts = 1 }: RecordingChoice,
): Uint8Array {
  if (format === 'tcx') return encodeTcx(samples, tcx);
  if (format === 'gpx') return encodeGpx(samples, gpx);
  const length = Math.ceil(samples.timeS.length / chainedParts);
  const parts = Array.from({ length: chainedParts }, (_, part) =>
    encodeFit(cutSamples(samples, part * length, (part + 1) * length), fit),
  );
  return chainFit(...parts);
}

function gzipped(plain: Uint8Array, oddity: RecordingChoice['gzip']): Uint8Array {
  const middle = Math.floor(plain.length / 2);
  switch (oddity) {
    case 'members':
      return Buffer.concat([gzipSync(plain.subarray(0, middle)), gzipSync(plain.subarray(middle))]);
    case 'trailing':
      return Buffer.concat([gzipSync(plain), Buffer.alloc(512)]);
    case 'cut':
      return gzipSync(plain).subarray(0, -100);
    case undefined:
      return gzipSync(plain);
  }
}
