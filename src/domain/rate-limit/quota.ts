/**
 * Decides whether a request may be sent, and which windows it is charged to. It neither stores nor
 * waits: state and time come in, the next state goes out.
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

/** The number of requests that a reservation leaves in each kind of window, for fresh data. */
export type Reserve = Readonly<Record<WindowKind, number>>;

export const noReserve: Reserve = { short: 0, daily: 0 };

export interface Reservation {
  readonly id: string;
  readonly owner: string;
  readonly atMs: number;
  readonly reserve: Reserve;
}

export type Decision =
  | { readonly isAllowed: true; readonly state: QuotaState }
  | { readonly isAllowed: false; readonly opensAtMs: number };

/** Charges one request to every window that Strava may count it in, or returns when to try again. */
export function reserve(
  state: QuotaState,
  request: Reservation,
  settings: QuotaSettings,
): Decision {
  const opened = openWindows(state, request.atMs, settings);
  const opensAtMs = opensAt(opened, request.atMs, settings, request.reserve);
  if (opensAtMs > request.atMs) return { isAllowed: false, opensAtMs };
  return { isAllowed: true, state: chargeRequest(opened, request, settings) };
}

/** Charges one request to every window that Strava may count it in, whether or not they have room. */
export function chargeRequest(
  state: QuotaState,
  { id, owner, atMs }: Omit<Reservation, 'reserve'>,
  settings: QuotaSettings,
): QuotaState {
  const opened = openWindows(state, atMs, settings);
  const charges = chargedWindows(opened, atMs, settings).map((window) => ({
    kind: window.kind,
    startMs: window.startMs,
    settledBefore: window.reserved - inFlightIn(window, opened),
  }));
  return {
    ...charge(opened, charges),
    inFlight: [...opened.inFlight, { id, owner, atMs, charges }],
  };
}

/**
 * When the next request may be sent, at the earliest `nowMs`. A spent window opens a little after its
 * end, because near a boundary a request is charged to both sides of it.
 */
export function opensAt(
  state: QuotaState,
  nowMs: number,
  settings: QuotaSettings,
  reserved: Reserve,
): number {
  const opened = openWindows(state, nowMs, settings);
  const spent = chargedWindows(opened, nowMs, settings).filter(
    (window) => !hasRoom(window, opened, settings, reserved[window.kind]),
  );
  return Math.max(nowMs, ...spent.map((window) => reopensAtMs(window, settings)));
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

/** How many requests count as used in the current window of a kind, including other programs'. */
export function usedIn(
  kind: WindowKind,
  state: QuotaState,
  nowMs: number,
  settings: QuotaSettings,
): number {
  const opened = openWindows(state, nowMs, settings);
  const window = currentWindow(kind, opened, nowMs, settings);
  const used = window.reserved + window.minForeign;
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
  reserved: number,
): boolean {
  if (window.isClosed) return false;
  const limit = limitOf(window.kind, state, settings) - reserved;
  if (window.reserved + window.maxForeign < limit) return true;
  // The upper bound counts our own requests in flight twice; with none, a single request corrects it.
  const isAlone = inFlightIn(window, state) === 0;
  return isAlone && window.reserved + window.minForeign < limit;
}
