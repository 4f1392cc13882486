/**
 * The requests for the parts of an activity (https://developers.strava.com/docs/reference/#api-Activities):
 * where each is, and how its pages follow each other. The records stay as they came.
 */
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../domain/json.ts';
import type { ActivityPart } from '../domain/sync/activity-parts.ts';
import { partRules } from '../domain/sync/activity-parts.ts';
import type { ActivityPartTask } from '../domain/sync/fetch-task.ts';
import { StravaRequestError, SubscribersOnlyError } from '../strava-errors.ts';
import type { RequestOptions } from '../sync/ports/source.ts';
import type { ApiRequest, Client } from './client.ts';
import type { HttpResponse } from './http.ts';
import { errorOf, readRecords } from './responses.ts';

type Query = Readonly<Record<string, string>>;
type Records = readonly JsonObject[];

interface PartRequests {
  /** The end of the path. */
  readonly path: string;
  /** Names the part in messages. */
  readonly what: string;
  /** The query of each page by its number, after the records of the one before; one page where absent. */
  readonly pageQuery?: (page: number, before: Records) => Query;
}

/** The largest page that Strava sends of any list; what it makes of a larger one is not known. */
const pageSize = 200;
/** The size of a page where Strava ignores ours. */
const usualPageSize = 30;
/** So that no list goes on for ever. */
const maxPages = 20;

/** The longer side in pixels: beyond any photo, so that each comes as large as it is. */
const largestPhoto = '5000';

const requests: Readonly<Record<ActivityPart, PartRequests>> = {
  zones: { path: 'zones', what: 'the zones' },
  kudoers: {
    path: 'kudos',
    what: 'the kudoers',
    pageQuery: (page) => ({ page: String(page), per_page: String(pageSize) }),
  },
  comments: { path: 'comments', what: 'the comments', pageQuery: afterCursor },
  // Not in the reference: without `photo_sources` Strava leaves out those that were uploaded to it
  // (stravalib#94), and without a size it sends small ones. It has no pages.
  photos: {
    path: 'photos',
    what: 'the photos',
    pageQuery: () => ({ photo_sources: 'true', size: largestPhoto }),
  },
};

/** "Cursor of the last item in the previous page of results"; `page` is deprecated there. */
function afterCursor(_: number, before: Records): Query {
  const cursor = before.at(-1)?.['cursor'];
  const after = typeof cursor === 'string' ? { after_cursor: cursor } : {};
  return { page_size: String(pageSize), ...after };
}

/**
 * All records of a part, each page charged like any request; cut off in between, the part is fetched anew.
 * @throws SubscribersOnlyError also where Strava answers 403 for a part that only subscribers get.
 */
export async function fetchActivityPart(
  client: Client,
  athleteId: number,
  { part, activityId, count = 0 }: ActivityPartTask,
  options: RequestOptions,
): Promise<Records> {
  const { path, what, pageQuery } = requests[part];
  const records: JsonObject[] = [];
  let last: Query | undefined;
  for (let page = 1; page <= maxPages; page += 1) {
    const query = pageQuery?.(page, records) ?? {};
    // Without a cursor to go on from, the next page is the same again.
    if (isDeepStrictEqual(query, last)) break;
    const request: ApiRequest = {
      path: `/activities/${activityId}/${path}`,
      query,
      what: `${what} of activity ${activityId}`,
      isScopeOptional: true,
    };
    const found = readPart(await client.get(athleteId, request, options), part, request);
    records.push(...found);
    if (records.length >= partRules[part].maxRecords || !mayGoOn(found, records, count)) break;
    last = query;
  }
  return records;
}

/** A page that is not full ends the list, unless Strava sends smaller ones and the summary counts more. */
function mayGoOn(found: Records, records: Records, count: number): boolean {
  return found.length >= pageSize || (found.length >= usualPageSize && records.length < count);
}

function readPart(
  response: HttpResponse,
  part: ActivityPart,
  { what }: ApiRequest,
): readonly JsonObject[] {
  if (response.status === 403) throw forbidden(response, part, what);
  return readRecords(response, what);
}

/** Strava answers 402 or 403 to an athlete without a subscription; an inactive application is another matter. */
function forbidden(response: HttpResponse, part: ActivityPart, what: string): Error {
  const error = errorOf(response, what);
  if (partRules[part].isForSubscribers !== true || !(error instanceof StravaRequestError))
    return error;
  return new SubscribersOnlyError(`Strava gives ${what} to subscribers only (403).`);
}
