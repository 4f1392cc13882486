/**
 * Which request may leave, and what it is charged to. Pure: the state comes in, the next state goes
 * out, the time is an argument. It neither stores nor waits.
 */
import type { QuotaSettings, QuotaState, WindowCount, WindowKind } from './quota-state.ts';
import {
  charge,
  chargedWindows,
  currentWindow,
  inFlightIn,
  guardMs,
  limitOf,
  openWindows,
  windowLengthMs,
  windowStartMs,
} from './quota-state.ts';

/** What a reservation leaves untouched in each kind of window, for fresh data. */
export type Reserve = Readonly<Record<WindowKind, number>>;

export const noReserve: Reserve = { short: 0, daily: 0 };

export interface Reservation {
  readonly id: string;
  readonly owner: string;
  readonly atMs: number;
  readonly reserve: Reserve;
}

export type Decision =
  | { readonly isComplete: true; readonly state: QuotaState }
  | { readonly isComplete: false; readonly opensAtMs: number };

/** Charges one request to every window that Strava may count it in, or says when to ask again. */
export function reserve(
  state: QuotaState,
  request: Reservation,
  settings: QuotaSettings,
): Decision {
  const opened = openWindows(state, request.atMs, settings);
  const opensAtMs = opensAt(opened, request.atMs, settings, request.reserve);
  if (opensAtMs > request.atMs) return { isComplete: false, opensAtMs };
  const charged = chargedWindows(opened, request.atMs, settings);
  const charges = charged.map((window) => ({
    kind: window.kind,
    startMs: window.startMs,
    settledBefore: window.reserved - inFlightIn(window, opened),
  }));
  const { id, owner, atMs } = request;
  return {
    isComplete: true,
    state: {
      ...charge(opened, charges),
      inFlight: [...opened.inFlight, { id, owner, atMs, charges }],
    },
  };
}

/**
 * When the next request may leave, at the earliest `nowMs`. A window that is spent opens a little
 * after its end, because near a boundary a request is charged to both sides of it.
 */
export function opensAt(
  state: QuotaState,
  nowMs: number,
  settings: QuotaSettings,
  reserved: Reserve,
): number {
  const opened = openWindows(state, nowMs, settings);
  const shut = chargedWindows(opened, nowMs, settings).filter(
    (window) => !hasRoom(window, opened, settings, reserved[window.kind]),
  );
  return Math.max(nowMs, ...shut.map((window) => reopensAtMs(window, settings)));
}

function reopensAtMs(window: WindowCount, settings: QuotaSettings): number {
  const lengthMs = windowLengthMs(window.kind, settings);
  return Math.ceil(window.startMs + lengthMs + guardMs(lengthMs, settings));
}

/** How many requests are left in the current window of a kind, by the cautious count. */
export function leftIn(
  kind: WindowKind,
  state: QuotaState,
  nowMs: number,
  settings: QuotaSettings,
): number {
  return Math.max(0, limitOf(kind, state, settings) - usedIn(kind, state, nowMs, settings));
}

/** How many requests count as used in the current window of a kind, those of others included. */
export function usedIn(
  kind: WindowKind,
  state: QuotaState,
  nowMs: number,
  settings: QuotaSettings,
): number {
  const opened = openWindows(state, nowMs, settings);
  const window = currentWindow(kind, opened, nowMs, settings);
  const used = window.reserved + window.foreignAtLeast;
  return window.isClosed ? Math.max(used, limitOf(kind, opened, settings)) : used;
}

/** The end of the current window of a kind. */
export function windowEndMs(kind: WindowKind, nowMs: number, settings: QuotaSettings): number {
  const lengthMs = windowLengthMs(kind, settings);
  return windowStartMs(nowMs, lengthMs) + lengthMs;
}

function hasRoom(
  window: WindowCount,
  state: QuotaState,
  settings: QuotaSettings,
  left: number,
): boolean {
  if (window.isClosed) return false;
  const limit = limitOf(window.kind, state, settings) - left;
  if (window.reserved + window.foreignAtMost < limit) return true;
  // The upper bound counts our own inFlight twice; with none under way, one request alone settles it.
  const isAlone = inFlightIn(window, state) === 0;
  return isAlone && window.reserved + window.foreignAtLeast < limit;
}
