/**
 * The API proper: each endpoint's response to an authenticated request within the quota, as far as the
 * granted scopes allow.
 */
import type { Activity } from '../world/activity.ts';
import { listResponse } from '../world/activity-list.ts';
import type { ActivityShelf } from '../world/activity-shelf.ts';
import {
  errorResponse,
  jsonResponse,
  jsonTextResponse,
  permissionMissing,
  recordNotFound,
  resourceNotFound,
} from './response.ts';
import type { SimulatedResponse } from './response.ts';
import { athleteOf, gearOf, statsOf, zonesOf } from '../world/athlete.ts';
import {
  activityZonesOf,
  commentsOf,
  detailOf,
  kudosOf,
  lapsOf,
  photosOf,
} from '../world/detail.ts';
import { savedRoutesOf, starredSegmentsOf } from '../world/athlete-lists.ts';
import { partOf } from './endpoints.ts';
import type { Address } from './endpoints.ts';
import type { Grant } from '../world/grants.ts';
import type { JsonRecord } from './json-text.ts';
import { writeJson } from './json-text.ts';
import { segmentOf, segmentStreamsOf } from '../world/segments.ts';
import { streamsResponse, hidePrivacyZones } from './stream-responses.ts';
import { streamsOf } from '../world/stream-generation.ts';
import { floatKeysOf } from '../world/summary.ts';
import type { View } from '../world/summary.ts';
import type { WorldParts } from '../world/world.ts';

const maxPageSize = 200;

export interface ApiRequest {
  readonly address: Address;
  readonly query: URLSearchParams;
  /** Where photos' files are. */
  readonly origin: string;
  readonly grant: Grant;
  readonly nowMs: number;
}

export interface ApiDeps extends WorldParts {
  readonly pageShortening: number;
}

export function apiResponse(deps: ApiDeps, request: ApiRequest): SimulatedResponse {
  const part = partOf(request.address.endpoint);
  if (part === 'athlete') return athleteResponse(deps, request);
  if (part === 'segment') return segmentResponse(request);
  if (part !== 'list' && part !== 'activity') return resourceNotFound();
  const view = viewOf(request.grant);
  if (view === null) return permissionMissing('activity:read_permission');
  if (part === 'activity') return activityResponse(deps, request, view);
  return listResponse(deps.shelf, {
    ...request,
    ...deps,
    view,
    athleteId: request.grant.athleteId,
  });
}

function athleteResponse({ world, shelf }: ApiDeps, request: ApiRequest): SimulatedResponse {
  const { address, grant, nowMs } = request;
  const spec = world.athletes.find(({ id }) => id === grant.athleteId);
  if (spec === undefined) return recordNotFound('Athlete');
  const isWhole = grant.scopes.includes('profile:read_all');
  const hidesPrivate = !grant.scopes.includes('read_all');
  if (address.endpoint === 'athlete') return jsonResponse(athleteOf(spec, isWhole));
  if (address.endpoint === 'athlete-zones') {
    return isWhole ? jsonResponse(zonesOf(spec.id)) : permissionMissing('profile:read_all');
  }
  if (address.endpoint === 'gear') {
    const gear = gearOf(spec.id, address.id);
    return gear === null ? recordNotFound('Gear') : jsonResponse(gear);
  }
  if (address.endpoint === 'starred-segments')
    return jsonResponse(pageOf(starredSegmentsOf(spec), request.query));
  if (Number(address.id) !== spec.id) return recordNotFound('Athlete');
  if (address.endpoint === 'saved-routes')
    return jsonResponse(pageOf(savedRoutesOf(spec, hidesPrivate), request.query));
  return jsonResponse(statsOf(shelf.ofAthlete(spec.id), nowMs));
}

function segmentResponse({ address, query }: ApiRequest): SimulatedResponse {
  const id = Number(address.id);
  if (address.endpoint === 'segment') {
    const segment = segmentOf(id);
    return segment === null ? recordNotFound('Segment') : jsonResponse(segment);
  }
  const streams = segmentStreamsOf(id);
  return streams === null ? recordNotFound('Segment') : streamsResponse(streams, query);
}

function activityResponse(
  { world, shelf }: ApiDeps,
  request: ApiRequest,
  view: View,
): SimulatedResponse {
  const { address, query, origin, nowMs } = request;
  const activity = findVisible(shelf, request, view);
  if (activity === null) return recordNotFound('Activity');
  if (address.endpoint === 'streams')
    return activityStreamsResponse(activity, { query, nowMs, view });
  if (address.endpoint === 'laps') return jsonResponse(lapsOf(activity));
  if (address.endpoint === 'kudos') return jsonResponse(pageOf(kudosOf(activity), query));
  if (address.endpoint === 'comments') return jsonResponse(pageAfter(commentsOf(activity), query));
  if (address.endpoint === 'photos') return jsonResponse(photosOf(activity, query, origin));
  if (address.endpoint === 'activity-zones') {
    const athlete = world.athletes.find(({ id }) => id === activity.facts.athleteId);
    return athlete?.isSubscriber === true
      ? jsonResponse(activityZonesOf(activity))
      : errorResponse(402, ['Athlete', 'subscription', 'missing']);
  }
  const detail = detailOf(activity, view, nowMs);
  return jsonTextResponse(writeJson(detail, floatKeysOf(activity.facts)));
}

function activityStreamsResponse(
  activity: Activity,
  { query, nowMs, view }: { query: URLSearchParams; nowMs: number; view: View },
): SimulatedResponse {
  const streams = nowMs < activity.streamsFromMs ? null : streamsOf(activity);
  if (streams === null) return resourceNotFound();
  return streamsResponse(view === 'owner' ? streams : hidePrivacyZones(streams), query);
}

function findVisible(
  shelf: ActivityShelf,
  { address, grant }: ApiRequest,
  view: View,
): Activity | null {
  const activity = shelf.get(Number(address.id));
  if (activity?.facts.athleteId !== grant.athleteId) return null;
  return view === 'limited' && activity.facts.visibility === 'only_me' ? null : activity;
}

function viewOf({ scopes }: Grant): View | null {
  if (scopes.includes('activity:read_all')) return 'owner';
  return scopes.includes('activity:read') ? 'limited' : null;
}

function pageOf<T>(items: readonly T[], query: URLSearchParams): readonly T[] {
  const page = Number(query.get('page') ?? 1);
  const perPage = Math.min(maxPageSize, Number(query.get('per_page') ?? 30));
  return items.slice((page - 1) * perPage, page * perPage);
}

/** The page after the item with the cursor; without one, the first. */
function pageAfter(items: readonly JsonRecord[], query: URLSearchParams): readonly JsonRecord[] {
  const after = items.findIndex(({ cursor }) => cursor === query.get('after_cursor')) + 1;
  const size = Math.min(maxPageSize, Number(query.get('page_size') ?? 30));
  return items.slice(after, after + size);
}
