/**
 * The known quota of one application, and how it moves with time: new windows open, and requests still
 * in flight are charged to them.
 *
 * Strava counts in fixed windows on its own clock (https://developers.strava.com/docs/rate-limits/):
 * a short one of 15 minutes and a daily one from 00:00 UTC. Instants here are milliseconds since the
 * epoch on that clock.
 */

export type WindowKind = 'short' | 'daily';

/** The configured limits and window lengths. */
export interface QuotaSettings {
  readonly short: number;
  readonly daily: number;
  readonly shortWindowMs: number;
  readonly dailyWindowMs: number;
  /** Whether a limit in Strava's headers may exceed the configured one. */
  readonly isHigherAllowed: boolean;
  /** The maximum difference between the given instants and Strava's clock; 0 where absent. */
  readonly clockErrorMs?: number;
  /** How long a request can be in flight; an older one belongs to a process that died elsewhere. */
  readonly maxInFlightMs: number;
}

interface WindowKey {
  readonly kind: WindowKind;
  readonly startMs: number;
}

/** One window's count. */
export interface WindowCount extends WindowKey {
  /** Requests of this program charged to the window, including those in flight. */
  readonly reserved: number;
  /** The maximum number of requests by other programs, from the newest response. */
  readonly maxForeign: number;
  /** The minimum number of requests by other programs, from all responses. */
  readonly minForeign: number;
  /** The highest usage in Strava's headers. */
  readonly seen: number;
  /** After a 429 the window counts as spent, regardless of the counts. */
  readonly isClosed: boolean;
}

/** A window that a request was charged to, and how many of its charges were settled before. */
export interface Charge extends WindowKey {
  readonly settledBefore: number;
}

/** One request between its reservation and its response. */
export interface RequestInFlight {
  readonly id: string;
  /** The process that made the reservation; {@link deadOwner} where it is dead. */
  readonly owner: string;
  readonly atMs: number;
  readonly charges: readonly Charge[];
}

/** The known quota of one application. */
export interface QuotaState {
  readonly windows: readonly WindowCount[];
  readonly inFlight: readonly RequestInFlight[];
  /** The limits in Strava's newest headers. */
  readonly observed: Readonly<Partial<Record<WindowKind, number>>>;
}

export const emptyQuota: QuotaState = { windows: [], inFlight: [], observed: {} };

/** Stands for a dead owner: its request is not waited for, but Strava may still count it. */
export const deadOwner = '';

export const windowKinds: readonly WindowKind[] = ['short', 'daily'];
const maxGuardMs = 2_000;
const guardShare = 0.05;
const keptWindows = 12;

/** The length of a kind of window in milliseconds. */
export function windowLengthMs(kind: WindowKind, settings: QuotaSettings): number {
  return kind === 'short' ? settings.shortWindowMs : settings.dailyWindowMs;
}

/** The start of the window that contains `atMs`: windows are aligned to multiples of their length. */
export function windowStartMs(atMs: number, lengthMs: number): number {
  return Math.floor(atMs / lengthMs) * lengthMs;
}

/**
 * The time around a boundary in which Strava may count a request in either window: 2 s to each side, or
 * 5 % of a shorter test window, or the error of the clock where that is larger.
 */
export function guardMs(lengthMs: number, { clockErrorMs = 0 }: QuotaSettings): number {
  const guard = Math.min(maxGuardMs, lengthMs * guardShare);
  return Math.max(guard, Math.min(clockErrorMs, lengthMs / 2));
}

/** The limit in force: the configured one, or a lower one from the headers. */
export function limitOf(kind: WindowKind, state: QuotaState, settings: QuotaSettings): number {
  const observed = state.observed[kind];
  if (observed === undefined) return settings[kind];
  return settings.isHigherAllowed ? observed : Math.min(settings[kind], observed);
}

/** How many requests in flight, without those of dead owners, are charged to a window. */
export function inFlightIn(window: WindowCount, state: QuotaState): number {
  return state.inFlight
    .filter(({ owner }) => owner !== deadOwner)
    .filter((request) => isChargedTo(request, window)).length;
}

function isChargedTo({ charges }: RequestInFlight, window: WindowKey): boolean {
  return charges.some((charge) => isSame(charge, window));
}

function isSame(one: WindowKey, other: WindowKey): boolean {
  return one.kind === other.kind && one.startMs === other.startMs;
}

/** The window of a kind that contains an instant. */
export function currentWindow(
  kind: WindowKind,
  state: QuotaState,
  nowMs: number,
  settings: QuotaSettings,
): WindowCount {
  const startMs = windowStartMs(nowMs, windowLengthMs(kind, settings));
  return findWindow(state, { kind, startMs });
}

/** The known window, or a new one. */
function findWindow(state: QuotaState, { kind, startMs }: WindowKey): WindowCount {
  const known = state.windows.find((window) => isSame(window, { kind, startMs }));
  const counts = { reserved: 0, maxForeign: 0, minForeign: 0, seen: 0, isClosed: false };
  return known ?? { kind, startMs, ...counts };
}

/** The windows that Strava may count a request of now in: one of a kind, two near a boundary. */
export function chargedWindows(
  state: QuotaState,
  nowMs: number,
  settings: QuotaSettings,
): readonly WindowCount[] {
  return windowKinds.flatMap((kind) => {
    const lengthMs = windowLengthMs(kind, settings);
    const guard = guardMs(lengthMs, settings);
    const starts = new Set([
      windowStartMs(nowMs - guard, lengthMs),
      windowStartMs(nowMs, lengthMs),
      windowStartMs(nowMs + guard, lengthMs),
    ]);
    return [...starts].map((startMs) => findWindow(state, { kind, startMs }));
  });
}

/**
 * Brings the state to `nowMs`: opens the current windows, charges to them the requests that were in
 * flight when they began, and forgets requests older than `maxInFlightMs`.
 */
export function openWindows(state: QuotaState, nowMs: number, settings: QuotaSettings): QuotaState {
  const current = chargedWindows(state, nowMs, settings);
  const others = state.windows.filter((known) => !current.some((window) => isSame(known, window)));
  const isMissing = others.length + current.length > state.windows.length;
  const opened = isMissing ? { ...state, windows: prune([...others, ...current]) } : state;
  const carried = carryInFlight(opened, current, settings.maxInFlightMs);
  const inFlight = carried.inFlight.filter(({ atMs }) => atMs > nowMs - settings.maxInFlightMs);
  return inFlight.length < carried.inFlight.length ? { ...carried, inFlight } : carried;
}

function carryInFlight(
  state: QuotaState,
  current: readonly WindowCount[],
  maxInFlightMs: number,
): QuotaState {
  let carried = state;
  for (const window of current) {
    for (const request of state.inFlight) {
      const wasInFlight =
        request.atMs <= window.startMs && request.atMs + maxInFlightMs > window.startMs;
      if (!wasInFlight || isChargedTo(request, window)) continue;
      const { kind, startMs } = window;
      const { reserved } = findWindow(carried, window);
      const added = { kind, startMs, settledBefore: reserved };
      carried = {
        ...charge(carried, [added]),
        inFlight: carried.inFlight.map((other) =>
          other.id === request.id ? { ...other, charges: [...other.charges, added] } : other,
        ),
      };
    }
  }
  return carried;
}

/** Charges one request to each of these windows. */
export function charge(state: QuotaState, charges: readonly Charge[]): QuotaState {
  return {
    ...state,
    windows: state.windows.map((window) =>
      charges.some((charged) => isSame(window, charged))
        ? { ...window, reserved: window.reserved + 1 }
        : window,
    ),
  };
}

/**
 * Keeps the windows of each kind that were opened last: in the order of opening and not of time, so
 * that a clock that was wrong for a while drops no current window.
 */
function prune(windows: readonly WindowCount[]): readonly WindowCount[] {
  return windowKinds.flatMap((kind) =>
    windows.filter((window) => window.kind === kind).slice(-keptWindows),
  );
}
