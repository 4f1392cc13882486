/**
 * Streams: arrays under Strava's keys, aligned by index.
 */

/** One element of a stream; `latlng` has pairs. */
export type StreamValue = number | boolean | null | readonly [number, number];

/** Streams under Strava's keys, aligned by index. */
export type StreamSet = Readonly<Record<string, readonly StreamValue[]>>;

/** All streams from one index to another, both included. */
export function cutStreams(streams: StreamSet, fromIndex: number, toIndex: number): StreamSet {
  const cut = Object.entries(streams).map(
    ([key, data]) => [key, data.slice(fromIndex, toIndex + 1)] as const,
  );
  return Object.fromEntries(cut);
}
