/**
 * Strava as a source: one request a call, decoded no more than has to be understood; records stay as they
 * came.
 */
import type { ListedRecord } from '../domain/activity/activity.ts';
import { fingerprintOf, readSummary } from '../domain/activity/activity.ts';
import { readDetail } from '../domain/activity/detail.ts';
import type { Streams } from '../domain/activity/streams.ts';
import { isProblem, readStreams, streamKeys } from '../domain/activity/streams.ts';
import { secondMs } from '../domain/duration.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import type { AthletePart } from '../domain/sync/fetch-task.ts';
import type { ListRequest } from '../domain/sync/list-coverage.ts';
import { pageSize } from '../domain/sync/list-coverage.ts';
import type { SeenPage } from '../domain/sync/list-progress.ts';
import { progressProblem } from '../domain/sync/list-progress.ts';
import { MalformedResponseError, StravaRejectedError } from '../strava-errors.ts';
import type { RequestOptions, StravaSource } from '../sync/ports/source.ts';
import type { ApiRequest, Client } from './client.ts';
import { fetchActivityPart } from './activity-parts.ts';
import { fetchAthleteList } from './athlete-lists.ts';
import { readObject, readResponse, rejectionOf } from './responses.ts';

const segmentStreamKeys = ['distance', 'latlng', 'altitude'];

export interface SourceOptions {
  /** How large the streams of one activity may be, in decoded bytes. */
  readonly maxStreamsBytes: number;
}

export function createSource(client: Client, { maxStreamsBytes }: SourceOptions): StravaSource {
  type Get<T> = (athleteId: number, request: ApiRequest, options: RequestOptions) => Promise<T>;
  const object: Get<JsonObject> = async (athleteId, request, options) =>
    readObject(await client.get(athleteId, request, options), request.what);
  const streams: Get<Streams> = async (athleteId, request, options) => {
    const response = await client.get(athleteId, request, options);
    const read = readStreams(readResponse(response, request.what, parseDoubles));
    if (isProblem(read)) throw malformed(request, read.problem);
    return read;
  };

  return {
    listPage: createListReader(client),
    streams: (athleteId, activityId, options) => {
      const path = `/activities/${activityId}`;
      const request = streamsRequest(path, streamKeys, `the streams of activity ${activityId}`);
      return streams(athleteId, { ...request, maxBytes: maxStreamsBytes }, options);
    },
    activity: async (athleteId, activityId, options) => {
      const request = {
        path: `/activities/${activityId}`,
        query: { include_all_efforts: 'true' },
        what: `activity ${activityId}`,
      };
      const detail = readDetail(await object(athleteId, request, options));
      if ('problem' in detail) throw malformed(request, detail.problem);
      if (detail.summary.id !== activityId) throw malformed(request, otherId);
      if (isOfAnother(detail.summary.record, athleteId)) throw malformed(request, otherAthlete);
      return detail;
    },
    activityPart: (athleteId, task, options) => fetchActivityPart(client, athleteId, task, options),
    segment: async (athleteId, segmentId, options) => {
      const request = optional(`/segments/${segmentId}`, `segment ${segmentId}`);
      return withId(request, segmentId, await object(athleteId, request, options));
    },
    segmentStreams: (athleteId, segmentId, options) => {
      const what = `the streams of segment ${segmentId}`;
      const request = streamsRequest(`/segments/${segmentId}`, segmentStreamKeys, what);
      return streams(athleteId, { ...request, isScopeOptional: true }, options);
    },
    athlete: async (athleteId, part, options) => {
      const request = athleteRequest(athleteId, part);
      const record = await object(athleteId, request, options);
      return part === 'profile' ? withId(request, athleteId, record) : record;
    },
    athleteList: (athleteId, list, options) => fetchAthleteList(client, athleteId, list, options),
    gear: async (athleteId, gearId, options) => {
      const request = optional(`/gear/${encodeURIComponent(gearId)}`, `gear ${gearId}`);
      return withId(request, gearId, await object(athleteId, request, options));
    },
  };
}

/** Reads the pages of the lists. @throws StravaRejectedError where a list does not get on, too. */
function createListReader(client: Client): StravaSource['listPage'] {
  const lastPages = new Map<number, SeenPage>();
  return async (athleteId, { beforeS, page }, options) => {
    const before = beforeS === undefined ? {} : { before: String(beforeS) };
    const query = { page: String(page), per_page: String(pageSize), ...before };
    const request = { path: '/athlete/activities', query, what: 'the list of activities' };
    const response = await client.get(athleteId, request, options);
    const rejection = rejectionOf(response, request.what, 'STRAVA_API_URL');
    if (rejection !== undefined) throw rejection;
    const records = readResponse(response, request.what);
    if (!Array.isArray(records)) throw malformed(request, 'it is not a list');
    const listed = (records as readonly JsonValue[]).map(readSummary);
    const seen = seenPage({ ...(beforeS !== undefined && { beforeS }), page }, listed);
    const problem = progressProblem(seen, lastPages.get(athleteId));
    if (problem !== undefined)
      throw new StravaRejectedError(
        `Strava's list of activities does not get on: ${problem}. It is not read further now; nothing is lost.`,
      );
    lastPages.set(athleteId, seen);
    return listed;
  };
}

function seenPage(request: ListRequest, listed: readonly ListedRecord[]): SeenPage {
  const summaries = listed.flatMap((one) => (one.isUsable ? [one.summary] : []));
  const keys = listed.map((one) =>
    one.isUsable ? String(one.summary.id) : fingerprintOf(one.unusable.record),
  );
  return {
    request,
    startsS: summaries.map(({ startAt }) => Math.floor(startAt.getTime() / secondMs)),
    key: keys.join(' '),
  };
}

/** Rounds what a double cannot hold. */
function parseDoubles(text: string): JsonValue {
  return JSON.parse(text) as JsonValue;
}

/** A request that a good grant may lack the scope for. */
function optional(path: string, what: string): ApiRequest {
  return { path, what, isScopeOptional: true };
}

function streamsRequest(path: string, keys: readonly string[], what: string): ApiRequest {
  const query = { keys: keys.join(','), key_by_type: 'true' };
  return { path: `${path}/streams`, query, what };
}

function athleteRequest(athleteId: number, part: AthletePart): ApiRequest {
  switch (part) {
    case 'profile':
      return optional('/athlete', `athlete ${athleteId}`);
    case 'zones':
      return optional('/athlete/zones', `the zones of athlete ${athleteId}`);
    case 'stats':
      return optional(`/athletes/${athleteId}/stats`, `the stats of athlete ${athleteId}`);
  }
}

const otherId = 'it has another id';
const otherAthlete = 'it is of another athlete';

/** Whether a record names another athlete; one that names none is trusted. */
function isOfAnother({ athlete }: JsonObject, athleteId: number): boolean {
  const id = isJsonObject(athlete) ? athlete['id'] : undefined;
  return (typeof id === 'number' || typeof id === 'bigint') && Number(id) !== athleteId;
}

/** The record, where it is the requested one. */
function withId(request: ApiRequest, id: number | string, record: JsonObject): JsonObject {
  if (record['id'] === id) return record;
  throw malformed(request, otherId);
}

function malformed({ what }: ApiRequest, problem: string): MalformedResponseError {
  return new MalformedResponseError(
    `Strava's response for ${what} cannot be understood: ${problem}.`,
  );
}
