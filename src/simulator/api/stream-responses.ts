/**
 * Strava's responses for streams: the wanted keys that exist, and always `distance`, as an object
 * by type or as an array.
 */
import { errorResponse, jsonTextResponse } from './response.ts';
import type { SimulatedResponse } from './response.ts';
import { writeFloat } from './json-text.ts';
import { cutStreams } from '../world/stream-set.ts';
import type { StreamSet, StreamValue } from '../world/stream-set.ts';
import { privacyShare } from '../world/summary.ts';

const floatStreams: ReadonlySet<string> = new Set([
  'altitude',
  'distance',
  'grade_smooth',
  'velocity_smooth',
]);

/** The response to a request for some keys of these streams. */
export function streamsResponse(streams: StreamSet, query: URLSearchParams): SimulatedResponse {
  const wanted = (query.get('keys') ?? '').split(',').filter((key) => key !== '');
  if (wanted.length === 0) return errorResponse(400, ['ActivityStream', 'keys', 'missing']);
  const isByType = query.get('key_by_type') === 'true';
  const texts = Object.entries(streams)
    .filter(([key]) => wanted.includes(key) || key === 'distance')
    .map(([key, data]) => {
      const members = `"data":${writeData(key, data)},"series_type":"distance","original_size":${data.length},"resolution":"high"`;
      return isByType
        ? `${JSON.stringify(key)}:{${members}}`
        : `{"type":${JSON.stringify(key)},${members}}`;
    });
  return jsonTextResponse(isByType ? `{${texts.join(',')}}` : `[${texts.join(',')}]`);
}

/** The streams without the ends that a privacy zone hides. */
export function hidePrivacyZones(streams: StreamSet): StreamSet {
  const points = streams['latlng']?.length ?? 0;
  const hidden = Math.floor(points * privacyShare);
  return hidden === 0 ? streams : cutStreams(streams, hidden, points - 1 - hidden);
}

function writeData(key: string, data: readonly StreamValue[]): string {
  if (!floatStreams.has(key)) return JSON.stringify(data);
  const texts = data.map((value) =>
    typeof value === 'number' ? writeFloat(value) : JSON.stringify(value),
  );
  return `[${texts.join(',')}]`;
}
