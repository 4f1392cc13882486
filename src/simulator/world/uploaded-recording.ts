/** What an athlete uploaded, as a bulk export has it. */
import type { Activity } from './activity.ts';
import { streamsOf } from './stream-generation.ts';
import type { StreamSet } from './stream-set.ts';

/** A recording as the device had it, untouched by edits at Strava. */
export interface UploadedRecording {
  readonly startMs: number;
  readonly streams: StreamSet;
  /** Where the activity begins, after a crop. */
  readonly keptFromMs: number;
}

/** The whole recording, or null where there is none. */
export function recordingOf(activity: Activity): UploadedRecording | null {
  const streams = streamsOf({ ...activity, crop: null });
  if (streams === null) return null;
  const cutSeconds = streams['time']?.[activity.crop?.fromIndex ?? 0];
  return {
    startMs: activity.facts.startMs - (typeof cutSeconds === 'number' ? cutSeconds * 1000 : 0),
    streams,
    keptFromMs: activity.facts.startMs,
  };
}
