/**
 * Strava as a source of activities: the list and the streams, decoded.
 */
import type { ListedRecord } from '../domain/activity/activity.ts';
import { readSummary } from '../domain/activity/activity.ts';
import type { ListRequest } from '../domain/sync/list-coverage.ts';
import { pageSize } from '../domain/sync/list-coverage.ts';
import { isProblem, readStreams, streamKeys } from '../domain/activity/streams.ts';
import { MalformedResponseError } from '../errors.ts';
import type { ActivitySource } from '../sync/ports/ports.ts';
import { readResponse } from './responses.ts';
import type { ApiRequest, Client } from './client.ts';

export function createSource(client: Client): ActivitySource {
  return {
    listPage: async (athleteId, request, options) => {
      const answer = await client.get(athleteId, listRequest(request), options);
      return readPage(readResponse(answer, 'the list of activities'));
    },
    streams: async (athleteId, activityId, options) => {
      const request = streamsRequest(activityId);
      const answer = await client.get(athleteId, request, options);
      const streams = readStreams(readResponse(answer, request.what));
      if (!isProblem(streams)) return streams;
      throw new MalformedResponseError(
        `Strava's answer for ${request.what} cannot be understood: ${streams.problem}.`,
      );
    },
  };
}

function listRequest({ beforeS, page }: ListRequest): ApiRequest {
  return {
    path: '/athlete/activities',
    query: {
      page: String(page),
      per_page: String(pageSize),
      ...(beforeS !== undefined && { before: String(beforeS) }),
    },
    what: 'the list of activities',
  };
}

function streamsRequest(activityId: number): ApiRequest {
  return {
    path: `/activities/${activityId}/streams`,
    query: { keys: streamKeys.join(','), key_by_type: 'true' },
    what: `the streams of activity ${activityId}`,
  };
}

function readPage(body: unknown): readonly ListedRecord[] {
  if (Array.isArray(body)) return body.map(readSummary);
  throw new MalformedResponseError("Strava's answer for the list of activities is not a list.");
}
