/**
 * Strava as a source of everything beside the list and an activity's streams: details, segments, the
 * athlete, gear. It decodes no more than has to be understood; the records stay as they came.
 */
import { readDetail } from '../domain/activity/detail.ts';
import type { JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import type { AthletePart } from '../domain/sync/fetch-task.ts';
import { isProblem, readStreams } from '../domain/activity/streams.ts';
import { MalformedResponseError } from '../errors.ts';
import type { RequestOptions } from '../sync/ports/ports.ts';
import type { TaskSource } from '../sync/ports/task-ports.ts';
import { readResponse, readObject } from './responses.ts';
import type { ApiRequest, Client } from './client.ts';

const segmentStreamKeys = ['distance', 'latlng', 'altitude'];

export function createTaskSource(client: Client): TaskSource {
  const object = async (
    athleteId: number,
    request: ApiRequest,
    options: RequestOptions,
  ): Promise<JsonObject> => readObject(await client.get(athleteId, request, options), request.what);

  return {
    activity: async (athleteId, activityId, options) => {
      const request = activityRequest(activityId);
      const detail = readDetail(await object(athleteId, request, options));
      if ('problem' in detail) throw malformed(request, detail.problem);
      if (detail.summary.id !== activityId) throw malformed(request, otherId);
      if (isOfAnother(detail.summary.record, athleteId)) throw malformed(request, otherAthlete);
      return detail;
    },
    segment: async (athleteId, segmentId, options) => {
      const request = {
        path: `/segments/${segmentId}`,
        what: `segment ${segmentId}`,
        isScopeOptional: true,
      };
      return withId(request, segmentId, await object(athleteId, request, options));
    },
    segmentStreams: async (athleteId, segmentId, options) => {
      const request = segmentStreamsRequest(segmentId);
      const answer = await client.get(athleteId, request, options);
      const streams = readStreams(readResponse(answer, request.what));
      if (isProblem(streams)) throw malformed(request, streams.problem);
      return streams;
    },
    athlete: async (athleteId, part, options) => {
      const request = athleteRequest(athleteId, part);
      const record = await object(athleteId, request, options);
      return part === 'profile' ? withId(request, athleteId, record) : record;
    },
    gear: async (athleteId, gearId, options) => {
      const request = {
        path: `/gear/${encodeURIComponent(gearId)}`,
        what: `gear ${gearId}`,
        isScopeOptional: true,
      };
      return withId(request, gearId, await object(athleteId, request, options));
    },
  };
}

function activityRequest(activityId: number): ApiRequest {
  return {
    path: `/activities/${activityId}`,
    query: { include_all_efforts: 'true' },
    what: `activity ${activityId}`,
  };
}

function segmentStreamsRequest(segmentId: number): ApiRequest {
  return {
    path: `/segments/${segmentId}/streams`,
    query: { keys: segmentStreamKeys.join(','), key_by_type: 'true' },
    what: `the streams of segment ${segmentId}`,
    isScopeOptional: true,
  };
}

function athleteRequest(athleteId: number, part: AthletePart): ApiRequest {
  switch (part) {
    case 'profile':
      return { path: '/athlete', what: `athlete ${athleteId}`, isScopeOptional: true };
    case 'zones':
      return {
        path: '/athlete/zones',
        what: `the zones of athlete ${athleteId}`,
        isScopeOptional: true,
      };
    case 'stats':
      return {
        path: `/athletes/${athleteId}/stats`,
        what: `the stats of athlete ${athleteId}`,
        isScopeOptional: true,
      };
  }
}

const otherId = 'it has another id';
const otherAthlete = 'it is of another athlete';

/** Whether a record says that it is of somebody else; one that says nothing is believed. */
function isOfAnother({ athlete }: JsonObject, athleteId: number): boolean {
  const id = isJsonObject(athlete) ? athlete['id'] : undefined;
  return (typeof id === 'number' || typeof id === 'bigint') && Number(id) !== athleteId;
}

/** The record, where it is of what was asked for. */
function withId(request: ApiRequest, id: number | string, record: JsonObject): JsonObject {
  if (record['id'] === id) return record;
  throw malformed(request, otherId);
}

function malformed({ what }: ApiRequest, problem: string): MalformedResponseError {
  return new MalformedResponseError(
    `Strava's answer for ${what} cannot be understood: ${problem}.`,
  );
}
