/**
 * What `export` writes of one stored activity.
 */
import type { FormatName } from '../../../../../src/features/shared/recording-files/format.ts';
import type { Store } from '../../../../../src/mongo/schema/collections.ts';
import { findRecording } from '../../../../../src/mongo/streams/recordings.ts';
import { written } from '../../../shared/recording-files/recording-of.ts';

export async function recordingFilesOf(
  store: Store,
  activityId: number,
  format: FormatName,
): Promise<string> {
  const recording = await findRecording(store, activityId);
  return recording === undefined ? '' : written(format, recording);
}
