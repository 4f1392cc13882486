/**
 * The requests for the lists of an athlete (https://developers.strava.com/docs/reference/#api-Routes and
 * #api-Segments). The records stay as they came.
 */
import type { JsonObject } from '../domain/json.ts';
import type { AthleteList } from '../domain/sync/athlete-lists.ts';
import type { RequestOptions } from '../sync/ports/source.ts';
import type { ApiRequest, Client } from './client.ts';
import { readRecords } from './responses.ts';

interface ListAddress {
  readonly path: (athleteId: number) => string;
  /** Names the list in messages. */
  readonly what: string;
}

const addresses: Readonly<Record<AthleteList, ListAddress>> = {
  saved_routes: { path: (athleteId) => `/athletes/${athleteId}/routes`, what: 'the saved routes' },
  starred_segments: { path: () => '/segments/starred', what: 'the starred segments' },
};

const pageSize = 200;
/** So that no list goes on for ever. */
const maxPages = 20;

/** Only an empty page ends the list: Strava may leave private records out of a page. */
export async function fetchAthleteList(
  client: Client,
  athleteId: number,
  list: AthleteList,
  options: RequestOptions,
): Promise<readonly JsonObject[]> {
  const { path, what } = addresses[list];
  const records: JsonObject[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const request: ApiRequest = {
      path: path(athleteId),
      query: { page: String(page), per_page: String(pageSize) },
      what: `${what} of athlete ${athleteId}`,
      isScopeOptional: true,
    };
    const found = readRecords(await client.get(athleteId, request, options), request.what);
    if (found.length === 0) break;
    records.push(...found);
  }
  return records;
}
