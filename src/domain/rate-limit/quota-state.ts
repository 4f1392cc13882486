/**
 * What is known of one application's quota, and how it is brought to the present: windows open, and
 * what is under way from before is charged to them. Pure.
 *
 * Strava counts in fixed windows on its own clock (https://developers.strava.com/docs/rate-limits/):
 * a short one of 15 minutes and a daily one from 00:00 UTC. Instants here are milliseconds since the
 * epoch on that clock.
 */

export type WindowKind = 'short' | 'daily';

/** What the operator configured; the lengths in milliseconds. */
export interface QuotaSettings {
  readonly short: number;
  readonly daily: number;
  readonly shortWindowMs: number;
  readonly dailyWindowMs: number;
  /** Whether a limit in Strava's headers may exceed the configured one. */
  readonly isHigherAllowed: boolean;
  /** By how much the instants that are given may differ from Strava's clock; 0 where absent. */
  readonly clockErrorMs?: number;
  /** How long a request can be under way; older inFlight belong to a process that died elsewhere. */
  readonly maxInFlightMs: number;
}

/** One window's count. */
export interface WindowCount {
  readonly kind: WindowKind;
  readonly startMs: number;
  /** Requests of this program that were charged to the window, in flight included. */
  readonly reserved: number;
  /** At most how many requests others made in it, by the newest answer. */
  readonly foreignAtMost: number;
  /** At least how many requests others made in it, by any answer. */
  readonly foreignAtLeast: number;
  /** The highest usage that Strava's headers named. */
  readonly seen: number;
  /** Set by a 429: the window counts as spent, whatever the figures say. */
  readonly isClosed: boolean;
}

/** What a flight was charged to, and how many charges of that window were settled before it. */
export interface Charge {
  readonly kind: WindowKind;
  readonly startMs: number;
  readonly settledBefore: number;
}

/** One request between its reservation and its answer. */
export interface RequestInFlight {
  readonly id: string;
  /** The process that made the reservation; nobody, where it is known to be dead. */
  readonly owner: string;
  readonly atMs: number;
  readonly charges: readonly Charge[];
}

/** Everything that is known of one application's quota. */
export interface QuotaState {
  readonly windows: readonly WindowCount[];
  readonly inFlight: readonly RequestInFlight[];
  /** The limits that Strava's headers named last. */
  readonly observed: Readonly<Partial<Record<WindowKind, number>>>;
}

export const emptyQuota: QuotaState = { windows: [], inFlight: [], observed: {} };

/** Stands for a dead owner. Nobody waits for such a flight, but Strava may still count it. */
export const nobody = '';

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
 * How far to either side of a boundary Strava may count a request in either window: 2 s, or 5 % of a
 * short test window, or what is not known of Strava's clock where that is more.
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

/** How many inFlight that somebody waits for are charged to a window. */
export function inFlightIn(window: WindowCount, state: QuotaState): number {
  return state.inFlight
    .filter(({ owner }) => owner !== nobody)
    .filter((request) => isChargedTo(request, window)).length;
}

function isChargedTo(
  request: RequestInFlight,
  window: Pick<WindowCount, 'kind' | 'startMs'>,
): boolean {
  return request.charges.some(
    (charge) => charge.kind === window.kind && charge.startMs === window.startMs,
  );
}

function isSame(window: WindowCount, other: Pick<WindowCount, 'kind' | 'startMs'>): boolean {
  return window.kind === other.kind && window.startMs === other.startMs;
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

/** A window as it is known, or as it begins. */
function findWindow(state: QuotaState, wanted: Pick<WindowCount, 'kind' | 'startMs'>): WindowCount {
  return state.windows.find((window) => isSame(window, wanted)) ?? newWindow(wanted);
}

function newWindow({ kind, startMs }: Pick<WindowCount, 'kind' | 'startMs'>): WindowCount {
  return {
    kind,
    startMs,
    reserved: 0,
    foreignAtMost: 0,
    foreignAtLeast: 0,
    seen: 0,
    isClosed: false,
  };
}

/** The windows that a request leaving now can be counted in: one of a kind, two near a boundary. */
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
 * Brings the state to `nowMs`: opens the windows of now, charges to them what was still under way when
 * they began, and forgets inFlight that nobody can be waiting for any more.
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
      const hadLeft =
        request.atMs <= window.startMs && request.atMs + maxInFlightMs > window.startMs;
      if (!hadLeft || isChargedTo(request, window)) continue;
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
 * Keeps of each kind the windows that were opened last: in the order of opening and not of time, so
 * that a clock that was wrong for a while neither forgets a window nor shuts one out.
 */
function prune(windows: readonly WindowCount[]): readonly WindowCount[] {
  return windowKinds.flatMap((kind) =>
    windows.filter((window) => window.kind === kind).slice(-keptWindows),
  );
}
