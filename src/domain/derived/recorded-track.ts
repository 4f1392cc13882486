/** The track of a recording's own positions, more precise than the one of its summary. */
import { simplified } from './simplification.ts';
import type { Sample, Streams } from '../activity/streams.ts';
import { finite } from './timeline.ts';
import type { Point, Position, TrackResult } from './track.ts';
import { isOnGlobe, lineOf } from './track.ts';

export const trackSources = ['summary', 'streams'] as const;
export type TrackSource = (typeof trackSources)[number];

/** The track of the streams `lat` and `lng`, with at most 1,000 points. */
export function recordedTrackOf({ arrays }: Streams): TrackResult {
  const lat = arrays.get('lat') ?? [];
  const lng = arrays.get('lng') ?? [];
  const isMissing = (sample: Sample): boolean => sample === null;
  if (lat.every(isMissing) || lng.every(isMissing)) return {};
  const positions = lat.map((latitude, index): Position => [finite(lng[index]), finite(latitude)]);
  return lineOf(simplified(positions.filter(isOnGlobe)));
}

/** The first position of the streams that is on the globe. */
export function startPointOf({ arrays }: Streams): Point | undefined {
  const lng = arrays.get('lng') ?? [];
  const coordinates = (arrays.get('lat') ?? [])
    .values()
    .map((latitude, index): Position => [finite(lng[index]), finite(latitude)])
    .find(isOnGlobe);
  return coordinates && { type: 'Point', coordinates };
}
