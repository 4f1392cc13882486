/**
 * The requests for the parts of an activity (https://developers.strava.com/docs/reference/#api-Activities):
 * where each is, and how its pages follow each other. The records stay as they came.
 */
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import type { ActivityPart } from '../domain/sync/activity-parts.ts';
import { partRules } from '../domain/sync/activity-parts.ts';
import type { ActivityPartTask } from '../domain/sync/fetch-task.ts';
import {
  MalformedResponseError,
  StravaRequestError,
  SubscribersOnlyError,
} from '../strava-errors.ts';
import type { RequestOptions } from '../sync/ports/source.ts';
import type { ApiRequest, Client } from './client.ts';
import type { HttpResponse } from './http.ts';
import { errorOf, readResponse } from './responses.ts';

interface PartRequests {
  /** The end of the path. */
  readonly path: string;
  /** Names the part in messages. */
  readonly what: string;
}

const requests: Readonly<Record<ActivityPart, PartRequests>> = {
  zones: { path: 'zones', what: 'the zones' },
};

/** @throws SubscribersOnlyError also where Strava answers 403 for a part that only subscribers get. */
export async function fetchActivityPart(
  client: Client,
  athleteId: number,
  { part, activityId }: ActivityPartTask,
  options: RequestOptions,
): Promise<readonly JsonObject[]> {
  const { path, what } = requests[part];
  const request: ApiRequest = {
    path: `/activities/${activityId}/${path}`,
    what: `${what} of activity ${activityId}`,
    isScopeOptional: true,
  };
  return readPart(await client.get(athleteId, request, options), part, request);
}

function readPart(
  response: HttpResponse,
  part: ActivityPart,
  { what }: ApiRequest,
): readonly JsonObject[] {
  if (response.status === 403) throw forbidden(response, part, what);
  const records = readResponse(response, what);
  const isList = Array.isArray(records) && (records as readonly JsonValue[]).every(isJsonObject);
  if (isList) return records as readonly JsonObject[];
  throw new MalformedResponseError(
    `Strava's response for ${what} cannot be understood: it is not a list of records.`,
  );
}

/** Strava answers 402 or 403 to an athlete without a subscription; an inactive application is another matter. */
function forbidden(response: HttpResponse, part: ActivityPart, what: string): Error {
  const error = errorOf(response, what);
  if (partRules[part].isForSubscribers !== true || !(error instanceof StravaRequestError))
    return error;
  return new SubscribersOnlyError(`Strava gives ${what} to subscribers only (403).`);
}
