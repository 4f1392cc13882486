/**
 * `GET /athlete/activities` with its known behaviour: exclusive bounds on the shown start, two
 * orders, pages that come up short because something on them is hidden from the requester.
 */
import type { Activity } from './activity.ts';
import type { ActivityShelf } from './activity-shelf.ts';
import { errorResponse, jsonTextResponse } from '../api/response.ts';
import type { SimulatedResponse } from '../api/response.ts';
import { createRandom } from './random.ts';
import { shownStartMs } from './summary.ts';
import type { View } from './summary.ts';

export interface ListRequest {
  readonly athleteId: number;
  readonly view: View;
  readonly query: URLSearchParams;
  readonly nowMs: number;
  /** Probability that an invisible record takes a place on the page beside a visible one. */
  readonly pageShortening: number;
}

interface Bounds {
  readonly before: number | null;
  readonly after: number | null;
  readonly page: number;
  readonly perPage: number;
}

const defaultPerPage = 30;
const highestPerPage = 200;

/** One page of the list, or the error of the parameters. */
export function listResponse(shelf: ActivityShelf, request: ListRequest): SimulatedResponse {
  const bounds = readBounds(request);
  if ('status' in bounds) return bounds;
  const all = shelf.ofAthlete(request.athleteId);
  const isWithin = (activity: Activity): boolean => {
    const startSeconds = shownStartMs(activity) / 1000;
    if (bounds.before !== null && startSeconds >= bounds.before) return false;
    return bounds.after === null || startSeconds > bounds.after;
  };
  const isUnbounded = bounds.before === null && bounds.after === null;
  const found = isUnbounded ? all : all.filter(isWithin);
  // Observed: the oldest come first when only `after` is given.
  const isOldestFirst = bounds.after !== null && bounds.before === null;
  const page = pageOf(isOldestFirst ? found.toReversed() : found, bounds, request);
  const texts = page.map((activity) => shelf.summaryText(activity, request.view));
  return jsonTextResponse(`[${texts.join(',')}]`);
}

// An invisible record still takes its place on the page. A page without anything visible is
// skipped, because an empty page means the end.
function pageOf(
  activities: readonly Activity[],
  { page, perPage }: Bounds,
  { view, pageShortening }: ListRequest,
): readonly Activity[] {
  if (view === 'owner' && pageShortening === 0) {
    return activities.slice((page - 1) * perPage, page * perPage);
  }
  const places = activities.flatMap((activity) => {
    const isVisible = view === 'owner' || activity.facts.visibility !== 'only_me';
    const random = createRandom(activity.facts.seed, 'phantom');
    const place = isVisible ? activity : null;
    return random.chance(pageShortening) ? [place, null] : [place];
  });
  const pages: Activity[][] = [];
  for (let from = 0; from < places.length; from += perPage) {
    const visible = places.slice(from, from + perPage).filter((place) => place !== null);
    if (visible.length > 0) pages.push(visible);
  }
  return pages[page - 1] ?? [];
}

function readBounds({ query, nowMs }: ListRequest): Bounds | SimulatedResponse {
  const values = new Map<string, number>();
  for (const name of ['before', 'after', 'page', 'per_page']) {
    const text = query.get(name);
    if (text === null) continue;
    if (!/^-?\d+$/.test(text)) return errorResponse(400, ['Application', name, 'invalid']);
    values.set(name, Number(text));
  }
  const after = values.get('after') ?? null;
  const [page, perPage] = [values.get('page') ?? 1, values.get('per_page') ?? defaultPerPage];
  if (page < 1) return errorResponse(400, ['Application', 'page', 'invalid']);
  if (perPage < 1 || perPage > highestPerPage) {
    return errorResponse(400, ['Application', 'per_page', 'invalid']);
  }
  if (after !== null && after > nowMs / 1000) {
    return errorResponse(400, ['Application', 'after', 'future']);
  }
  return { before: values.get('before') ?? null, after, page, perPage };
}
