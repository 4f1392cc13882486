/**
 * Recordings made by hand, for tests of what is written of them.
 */
import type { JsonObject } from '../../../../src/domain/json.ts';
import type { Recording } from '../../../../src/domain/activity/recording.ts';
import type { FormatName } from '../../../../src/features/shared/recording-files/format.ts';
import {
  createCounts,
  documentOf,
  formats,
} from '../../../../src/features/shared/recording-files/format.ts';
import type { Sample } from '../../../../src/domain/activity/streams.ts';

/** The document of the recordings in a format. */
export async function written(
  name: FormatName,
  ...recordings: readonly Recording[]
): Promise<string> {
  let text = '';
  for await (const piece of documentOf(formats[name], recordings, createCounts())) text += piece;
  return text;
}

export const startAt = new Date('2026-10-04T06:12:13Z');

export function recordingOf(
  arrays: Readonly<Record<string, readonly Sample[]>> | undefined,
  record: JsonObject = { name: 'Morning Ride', sport_type: 'Ride' },
): Recording {
  const [first = []] = Object.values(arrays ?? {});
  return {
    id: 19_000_000_001,
    athleteId: 1001,
    startAt,
    record,
    streamsState: arrays ? 'stored' : 'none',
    ...(arrays && {
      streams: { sampleCount: first.length, arrays: new Map(Object.entries(arrays)) },
    }),
  };
}
