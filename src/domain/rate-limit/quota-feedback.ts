/**
 * What Strava's answers teach about the quota: its headers correct the counts, a 429 closes a window.
 * Pure.
 */
import type {
  RequestInFlight,
  QuotaSettings,
  QuotaState,
  WindowCount,
  WindowKind,
} from './quota-state.ts';
import { nobody, openWindows } from './quota-state.ts';

/** One kind of window as an answer's headers tell it. */
export interface HeaderCount {
  readonly limit: number;
  readonly usage: number;
}

/** What one answer says of the quota; `counts` is absent where the headers are. */
export interface Settlement {
  readonly id: string;
  readonly atMs: number;
  readonly counts?: Readonly<Record<WindowKind, HeaderCount>>;
  readonly isRateLimited: boolean;
}

/**
 * Ends a flight: corrects the counts by its headers, and closes the spent window after a 429. Absent
 * headers change nothing; an unknown flight (settled before, or given up) changes nothing.
 */
export function settle(state: QuotaState, answer: Settlement, settings: QuotaSettings): QuotaState {
  const opened = openWindows(state, answer.atMs, settings);
  const request = opened.inFlight.find(({ id }) => id === answer.id);
  if (request === undefined) return opened;
  const landed = { ...opened, inFlight: opened.inFlight.filter(({ id }) => id !== answer.id) };
  const corrected = answer.counts === undefined ? landed : correct(landed, request, answer.counts);
  return answer.isRateLimited ? close(corrected, request, answer) : corrected;
}

function correct(
  state: QuotaState,
  request: RequestInFlight,
  counts: Readonly<Record<WindowKind, HeaderCount>>,
): QuotaState {
  const windows = state.windows.map((window) => {
    const charged = request.charges.filter((charge) => charge.kind === window.kind);
    const [only] = charged;
    // A request charged to two windows was counted in one of them, and nobody knows which.
    if (only === undefined || charged.length > 1 || only.startMs !== window.startMs) return window;
    return learn(window, counts[window.kind].usage, only.settledBefore);
  });
  return { ...state, windows, observed: { short: counts.short.limit, daily: counts.daily.limit } };
}

/**
 * A usage of U names this request and all that were settled before it left, so others made at most
 * U − 1 − settledBefore; and at least U − reserved, if all of ours are in it.
 */
function learn(window: WindowCount, usage: number, settledBefore: number): WindowCount {
  // An older answer than the newest: it can teach nothing more.
  if (usage < window.seen) return window;
  const foreignAtLeast = Math.max(window.foreignAtLeast, usage - window.reserved);
  const foreignAtMost = Math.max(foreignAtLeast, usage - 1 - settledBefore);
  return { ...window, seen: usage, foreignAtLeast, foreignAtMost };
}

/**
 * A 429 closes the window that the headers show spent, and the short one where they show none. Of the
 * windows that the request can have been counted in it is the oldest: the next request shows whether
 * the new one is spent too, while closing it for nothing would cost a whole window.
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
 * Lets nobody wait any more for the inFlight of processes that are known to be dead. What they were
 * charged stays charged, and until they are too old they are charged to new windows like any other,
 * for a request may outlive the process that sent it.
 */
export function dropInFlight(state: QuotaState, isDead: (owner: string) => boolean): QuotaState {
  return {
    ...state,
    inFlight: state.inFlight.map((request) =>
      isDead(request.owner) ? { ...request, owner: nobody } : request,
    ),
  };
}
