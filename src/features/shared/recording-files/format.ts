/**
 * The formats: what each requires of an activity, and how to assemble a whole document. It does no
 * input or output.
 */
import type { Recording } from '../../../domain/activity/recording.ts';
import { commandLine } from '../../../domain/invocation.ts';
import { csvHead, csvOf } from './csv.ts';
import { geojsonHead, geojsonOf, geojsonTail } from './geojson.ts';
import { gpxHead, gpxOf, gpxTail } from './gpx.ts';
import { ndjsonOf } from './ndjson.ts';
import type { ShownRecording } from './samples.ts';
import { hasLine, positionsOf } from './samples.ts';

export interface Format {
  /** What an activity must have, in words: "position data". */
  readonly needs: string;
  readonly canHold: (recording: ShownRecording) => boolean;
  /** Whether activities have a file each, unless one file is named for all. */
  readonly isOneEach: boolean;
  /** The beginning of a document, by its first activity. */
  readonly head: (first?: Recording) => string;
  readonly between: string;
  readonly tail: string;
  /** The activity in pieces. */
  readonly write: (recording: ShownRecording) => Iterable<string>;
}

const plain = { isOneEach: false, head: () => '', between: '', tail: '' };

export const formats = {
  gpx: {
    ...plain,
    needs: 'position data',
    canHold: (recording) => positionsOf(recording).next().done !== true,
    isOneEach: true,
    head: gpxHead,
    tail: gpxTail,
    write: gpxOf,
  },
  geojson: {
    needs: 'position data for a line (two points)',
    // RFC 7946, section 3.1.4: "an array of two or more positions".
    canHold: hasLine,
    isOneEach: false,
    head: () => geojsonHead,
    between: ',\n',
    tail: geojsonTail,
    write: geojsonOf,
  },
  csv: {
    ...plain,
    needs: 'samples',
    canHold: ({ streams }) => streams !== undefined && streams.sampleCount > 0,
    head: () => csvHead,
    write: csvOf,
  },
  ndjson: { ...plain, needs: 'record', canHold: () => true, write: ndjsonOf },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

/** Why a format cannot hold an activity, as the end of a sentence. */
export function unfitReason({ streamsState }: Recording, { needs }: Format): string {
  return streamsState === 'stored' || streamsState === 'none'
    ? `it has no ${needs}`
    : `its streams are not stored yet (${streamsState}): ${commandLine('sync')} fetches them`;
}

export interface ExportCounts {
  /** Activities that were written. */
  exported: number;
  /** Activities that the format could not hold. */
  skipped: number;
  /** Activities whose file was there already. */
  kept: number;
  /** Samples in hidden places. */
  hidden: number;
}

export function createCounts(): ExportCounts {
  return { exported: 0, skipped: 0, kept: 0, hidden: 0 };
}

/** The document of all activities that the format can hold, in pieces. */
export async function* documentOf(
  format: Format,
  recordings: AsyncIterable<ShownRecording> | Iterable<ShownRecording>,
  stats: ExportCounts,
): AsyncGenerator<string> {
  let before: string | undefined;
  for await (const recording of recordings) {
    if (!format.canHold(recording)) {
      stats.skipped += 1;
      continue;
    }
    yield before ?? format.head(recording);
    yield* joined(format.write(recording));
    stats.exported += 1;
    stats.hidden += recording.hidden ?? 0;
    before = format.between;
  }
  if (before === undefined) yield format.head();
  yield format.tail;
}

const joinedLength = 16_384;

/** The same text in fewer pieces: each that is awaited costs more than to make it. */
function* joined(pieces: Iterable<string>): Generator<string> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < joinedLength) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
