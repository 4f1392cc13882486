/**
 * The formats: what each requires of an activity, and how to assemble a whole document. It does no
 * input or output.
 */
import type { Recording } from '../../domain/activity/recording.ts';
import { csvHead, csvOf } from './csv.ts';
import { geojsonHead, geojsonOf, geojsonTail } from './geojson.ts';
import { gpxOf } from './gpx.ts';
import { ndjsonOf } from './ndjson.ts';
import { hasPositions } from './samples.ts';

export interface Format {
  /** What an activity must have, in words: "position data". */
  readonly needs: string;
  readonly canHold: (recording: Recording) => boolean;
  /** Whether a document holds only one activity. */
  readonly isOneEach: boolean;
  readonly head: string;
  readonly between: string;
  readonly tail: string;
  /** The activity in pieces. */
  readonly write: (recording: Recording) => Iterable<string>;
}

const plain = { isOneEach: false, head: '', between: '', tail: '' };

export const formats = {
  gpx: {
    ...plain,
    needs: 'position data',
    canHold: (recording) => hasPositions(recording, 1),
    isOneEach: true,
    write: gpxOf,
  },
  geojson: {
    needs: 'position data for a line (two points)',
    // RFC 7946, section 3.1.4: "an array of two or more positions".
    canHold: (recording) => hasPositions(recording, 2),
    isOneEach: false,
    head: geojsonHead,
    between: ',\n',
    tail: geojsonTail,
    write: geojsonOf,
  },
  csv: {
    ...plain,
    needs: 'samples',
    canHold: ({ streams }) => streams !== undefined && streams.sampleCount > 0,
    head: csvHead,
    write: csvOf,
  },
  ndjson: { ...plain, needs: 'record', canHold: () => true, write: ndjsonOf },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

/** How many activities were exported, and how many the format could not hold. */
export interface ExportCounts {
  exported: number;
  skipped: number;
}

/** The document of all activities that the format can hold, in pieces. */
export async function* documentOf(
  format: Format,
  recordings: AsyncIterable<Recording> | Iterable<Recording>,
  stats: ExportCounts,
): AsyncGenerator<string> {
  yield format.head;
  let before = '';
  for await (const recording of recordings) {
    if (!format.canHold(recording)) {
      stats.skipped += 1;
      continue;
    }
    yield before;
    yield* format.write(recording);
    stats.exported += 1;
    before = format.between;
  }
  yield format.tail;
}
