/**
 * The budget for polls: how many polls of the newest list page each athlete gets a day, of the limits in
 * force, the number of athletes, how recently each was active, and whether recordings wait. Pure; the
 * reserve, the estimate and the choice of the polls that are due all follow from the same plan.
 */
import { dayMs } from '../duration.ts';
import type { QuotaSettings, QuotaState, WindowKind } from './quota-state.ts';
import { limitOf, windowStartMs } from './quota-state.ts';

/** One athlete of the application, whoever holds the lease; instants in milliseconds since the epoch. */
export interface PolledAthlete {
  readonly athleteId: number;
  /** The last poll; absent before the first. */
  readonly polledAtMs?: number;
  /** How many polls there were in the daily window of the last one. */
  readonly polls?: number;
  /** The start of the newest activity that a poll showed; absent where none is known. */
  readonly newestStartMs?: number;
}

export interface PollFacts {
  readonly nowMs: number;
  readonly state: QuotaState;
  readonly settings: QuotaSettings;
  readonly athletes: readonly PolledAthlete[];
  /** Milliseconds between two ticks of the schedule. */
  readonly tickIntervalMs: number;
  /** The minimum between two polls while a webhook reports uploads, in milliseconds; 0 without one. */
  readonly webhookIntervalMs: number;
  /** Since when the webhook's events are received: who was polled last before may have missed some. */
  readonly listeningSinceMs?: number;
  /** Whether recordings or pages of a list wait for the quota. */
  readonly hasBacklog: boolean;
}

/** The polls of one athlete. */
export interface PollShare extends PolledAthlete {
  /** Polls a day; less than one where the quota does not carry one a day for everybody. */
  readonly perDay: number;
  /** The athlete's place between 0 and 1 among all, another one each day: it spreads the polls. */
  readonly phase: number;
}

export interface PollPlan {
  readonly shares: readonly PollShare[];
  readonly dayStartMs: number;
  readonly dayMs: number;
  /** The last part of the day, in which every athlete is polled once more: an hour if possible. */
  readonly finalMs: number;
  /** Polls of all athletes a day, and in its last part. */
  readonly perDay: number;
  readonly inFinal: number;
  /** The most polls that all athletes together may take of each window. */
  readonly budget: Readonly<Record<WindowKind, number>>;
  /** Whether each tick polls those who have all the polls that they can use. */
  readonly isEachTick: boolean;
  /** Whether the quota does not carry one poll a day for everybody. */
  readonly isPaced: boolean;
  readonly maxPerDay: number;
  readonly tickIntervalMs: number;
  /** Whether each athlete is polled each day, the last time in its last hour. */
  readonly isCarried: boolean;
  /** How many athletes could be. */
  readonly carries: number;
  /** Expected new activities in a daily window. */
  readonly newActivities: number;
}

/** While recordings wait, polls take at most this share of a window; else they take more. */
const backlogShare = 1 / 3;
const idleShare = 3 / 4;
const finalShareOfDay = 1 / 24;

/** Who was active within three days is polled most; who was not for 144 days a 48th as often. */
const [minInactiveDays, maxInactiveDays] = [3, 144];
const phaseStep = 0.618_033_988_749_895;

export function planPolls(facts: PollFacts): PollPlan {
  const { athletes, settings, state, tickIntervalMs, nowMs } = facts;
  const budget = {
    short: budgetOf(facts, limitOf('short', state, settings)),
    daily: budgetOf(facts, limitOf('daily', state, settings)),
  };
  const lengthMs = settings.dailyWindowMs;
  const dayStartMs = windowStartMs(nowMs, lengthMs);
  const wantedFinalMs = Math.min(lengthMs, Math.max(lengthMs * finalShareOfDay, tickIntervalMs));
  const neededMs = Math.ceil(athletes.length / budget.short) * settings.shortWindowMs;
  const finalMs = Math.min(lengthMs, Math.max(wantedFinalMs, neededMs));
  const finalWindows = Math.max(1, Math.floor(wantedFinalMs / settings.shortWindowMs));
  const carries = Math.min(budget.daily, budget.short * finalWindows);
  const intervalMs = intervalOf(facts);
  const maxPerDay = Math.max(1, Math.floor(lengthMs / intervalMs));
  const shares = shareOut(facts, budget.daily, { maxPerDay, dayStartMs });
  const isEachTick = facts.webhookIntervalMs <= tickIntervalMs;
  const isPaced = athletes.length > budget.daily;
  const finalOf = ({ perDay }: PollShare): number => {
    if (isPaced || isDense({ perDay }, { dayMs: lengthMs, finalMs, tickIntervalMs }))
      return (perDay * finalMs) / lengthMs;
    const finalTicks = isEachTick && perDay >= maxPerDay ? finalMs / intervalMs : 1;
    return Math.min(perDay, Math.max(1, finalTicks));
  };
  return {
    ...{ shares, dayStartMs, dayMs: lengthMs, finalMs, budget, isEachTick, isPaced, maxPerDay },
    ...{ tickIntervalMs, carries },
    perDay: sum(shares.map(({ perDay }) => perDay)),
    inFinal: sum(shares.map(finalOf)),
    isCarried: athletes.length <= carries,
    newActivities: newActivitiesOf(facts, dayStartMs),
  };
}

function budgetOf({ hasBacklog }: PollFacts, limit: number): number {
  return Math.max(1, Math.floor(limit * (hasBacklog ? backlogShare : idleShare)));
}

/** Where nothing waits, ticks that are more frequent than the windows take what is left of the quota. */
function intervalOf({
  tickIntervalMs,
  webhookIntervalMs,
  hasBacklog,
  settings,
}: PollFacts): number {
  const minMs = hasBacklog ? 1 : settings.shortWindowMs;
  return Math.max(tickIntervalMs, webhookIntervalMs, minMs);
}

/**
 * Gives everybody at least one poll a day, and the rest to who was active most recently, until everybody
 * has the maximum or the budget is used.
 */
function shareOut(
  { athletes }: PollFacts,
  budget: number,
  { maxPerDay, dayStartMs }: { maxPerDay: number; dayStartMs: number },
): readonly PollShare[] {
  const day = Math.floor(dayStartMs / dayMs);
  const placed = [...athletes]
    .map((athlete) => ({ athlete, key: ((athlete.athleteId + day) * phaseStep) % 1 }))
    .sort((one, other) => one.key - other.key || one.athlete.athleteId - other.athlete.athleteId)
    .map(({ athlete }, place) => ({
      ...athlete,
      phase: (place + 0.5) / athletes.length,
      days: inactiveDays(athlete, dayStartMs),
    }));
  if (placed.length > budget) {
    const whole = sum(placed.map(({ days }) => 1 / days));
    return placed.map(({ days, ...share }) => ({
      ...share,
      perDay: Math.min(1, budget / days / whole),
    }));
  }
  const pollsAt = (level: number, days: number): number =>
    Math.min(maxPerDay, Math.max(1, Math.floor(level / days)));
  const totalAt = (level: number): number => sum(placed.map(({ days }) => pollsAt(level, days)));
  const level = lastWhere(maxPerDay * maxInactiveDays, (at) => totalAt(at) <= budget);
  let left = budget - totalAt(level);
  return placed.map(({ days, ...share }) => {
    const perDay = pollsAt(level, days);
    const isRaised = left > 0 && pollsAt(level + 1, days) > perDay;
    if (isRaised) left -= 1;
    return { ...share, perDay: isRaised ? perDay + 1 : perDay };
  });
}

/** The last whole number up to `max` for which a condition holds that holds for 0 and never returns. */
function lastWhere(max: number, holds: (value: number) => boolean): number {
  let [low, high] = [0, max];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** In whole days before the day began, so that nobody's polls change within a day by time alone. */
function inactiveDays({ newestStartMs }: PolledAthlete, dayStartMs: number): number {
  if (newestStartMs === undefined) return minInactiveDays;
  const days = Math.floor((dayStartMs - newestStartMs) / dayMs);
  return Math.min(maxInactiveDays, Math.max(minInactiveDays, days));
}

/** Who was active d days ago is expected to be active once in d days. */
function newActivitiesOf({ athletes, settings }: PollFacts, dayStartMs: number): number {
  const daily = athletes.map(({ newestStartMs = dayStartMs }) =>
    Math.min(1, dayMs / Math.max(1, dayStartMs - newestStartMs)),
  );
  return (sum(daily) * settings.dailyWindowMs) / dayMs;
}

/** Whether an athlete's polls are so frequent that the last part of the day has one anyway. */
export function isDense(
  { perDay }: Pick<PollShare, 'perDay'>,
  plan: Pick<PollPlan, 'dayMs' | 'finalMs' | 'tickIntervalMs'>,
): boolean {
  return plan.dayMs / perDay + plan.tickIntervalMs <= plan.finalMs;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** When the last part of the day begins. */
export function finalStartMs(plan: PollPlan): number {
  return plan.dayStartMs + plan.dayMs - plan.finalMs;
}

/** The expected number of polls from `fromMs` to `toMs` of one day, both counted from its start. */
export function pollsBetween(plan: PollPlan, fromMs: number, toMs: number): number {
  const regularMs = plan.dayMs - plan.finalMs;
  const overlap = (startMs: number, endMs: number): number =>
    Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, startMs));
  const regular =
    regularMs === 0 ? 0 : ((plan.perDay - plan.inFinal) * overlap(0, regularMs)) / regularMs;
  return regular + (plan.inFinal * overlap(regularMs, plan.dayMs)) / plan.finalMs;
}
