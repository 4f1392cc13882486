/** Learns from Strava's responses: their headers correct the counts, a 429 closes a window. */
import type {
  RequestInFlight,
  QuotaSettings,
  QuotaState,
  WindowCount,
  WindowKind,
} from './quota-state.ts';
import { deadOwner, openWindows } from './quota-state.ts';

/** One kind of window in a response's headers. */
export interface HeaderCount {
  readonly limit: number;
  readonly usage: number;
}

/** A response's information about the quota; `counts` is absent without headers. */
export interface Settlement {
  readonly id: string;
  readonly atMs: number;
  readonly counts?: Readonly<Record<WindowKind, HeaderCount>>;
  readonly isRateLimited: boolean;
}

/**
 * Ends a request in flight: corrects the counts by its headers, and closes the spent window after a
 * 429. A request that is not in flight (settled before, or given up) changes nothing.
 */
export function settle(
  state: QuotaState,
  settlement: Settlement,
  settings: QuotaSettings,
): QuotaState {
  const { id, atMs, counts, isRateLimited } = settlement;
  const opened = openWindows(state, atMs, settings);
  const request = opened.inFlight.find((other) => other.id === id);
  if (request === undefined) return opened;
  const settled = { ...opened, inFlight: opened.inFlight.filter((other) => other !== request) };
  const corrected = counts === undefined ? settled : correct(settled, request, counts);
  return isRateLimited ? close(corrected, request, settlement) : corrected;
}

function correct(
  state: QuotaState,
  request: RequestInFlight,
  counts: Readonly<Record<WindowKind, HeaderCount>>,
): QuotaState {
  const windows = state.windows.map((window) => {
    const charged = request.charges.filter((charge) => charge.kind === window.kind);
    const [only] = charged;
    // Strava counted a request that is charged to two windows in an unknown one of them.
    if (only === undefined || charged.length > 1 || only.startMs !== window.startMs) return window;
    return learn(window, counts[window.kind].usage, only.settledBefore);
  });
  return { ...state, windows, observed: { short: counts.short.limit, daily: counts.daily.limit } };
}

/**
 * A usage of U includes this request and all that were settled before it was sent, so other programs
 * made at most U − 1 − settledBefore requests; and at least U − reserved, if it includes all of ours.
 */
function learn(window: WindowCount, usage: number, settledBefore: number): WindowCount {
  // Ignore a response that is older than the newest.
  if (usage < window.seen) return window;
  const minForeign = Math.max(window.minForeign, usage - window.reserved);
  const maxForeign = Math.max(minForeign, usage - 1 - settledBefore);
  return { ...window, seen: usage, minForeign, maxForeign };
}

/**
 * A 429 closes the kind of window that the headers show as spent, and the short one where they show
 * none. Of two charged windows of a kind only the older one is closed: the next request shows whether
 * the newer one is spent too, while closing that without need would waste a whole window.
 */
function close(
  state: QuotaState,
  { charges }: RequestInFlight,
  { counts }: Settlement,
): QuotaState {
  const isDailySpent = counts !== undefined && counts.daily.usage >= counts.daily.limit;
  const isShortSpent = counts !== undefined && counts.short.usage >= counts.short.limit;
  const spent: WindowKind[] = [
    ...(isDailySpent ? (['daily'] as const) : []),
    ...(isShortSpent || !isDailySpent ? (['short'] as const) : []),
  ];
  const startOf = (kind: WindowKind): number =>
    Math.min(...charges.filter((charge) => charge.kind === kind).map(({ startMs }) => startMs));
  return {
    ...state,
    windows: state.windows.map((window) =>
      spent.includes(window.kind) && window.startMs === startOf(window.kind)
        ? { ...window, isClosed: true }
        : window,
    ),
  };
}

/**
 * Stops waiting for the requests in flight of dead processes. They stay charged, and are charged to new
 * windows until they are too old, because a request may outlive its process.
 */
export function dropInFlight(state: QuotaState, isDead: (owner: string) => boolean): QuotaState {
  return {
    ...state,
    inFlight: state.inFlight.map((request) =>
      isDead(request.owner) ? { ...request, owner: deadOwner } : request,
    ),
  };
}
