/**
 * Decides when an operator is needed: which alert conditions hold, which notifications are due, and
 * which have ended. The texts name athletes by id only.
 */
import { dayMs, hourMs, minuteMs } from '../duration.ts';
import { commandLine } from '../invocation.ts';
import type { RepeatedFailure } from '../monitoring/health.ts';
import { describeFailure } from '../monitoring/health.ts';

export const notificationKinds = [
  'authorization',
  'application',
  'backfill',
  'parked',
  'failing',
  'silence',
  'polls',
] as const;

export type NotificationKind = (typeof notificationKinds)[number];

/** A condition that holds now and calls for a notification. */
export interface AlertCondition {
  /** Identifies the condition; one notification is sent for each while it holds. */
  readonly key: string;
  readonly kind: NotificationKind;
  readonly athleteId?: number;
  readonly text: string;
  /** How long the condition has to be observed before its notification is sent. */
  readonly minWatchedMs: number;
  /** Whether the condition cannot be observed now: it neither starts nor ends, and no time counts. */
  readonly isPaused?: boolean;
}

/** An alert condition as it is stored. */
export interface Notification extends Pick<AlertCondition, 'key' | 'kind' | 'athleteId' | 'text'> {
  readonly since: Date;
  readonly seenAt: Date;
  /** How long the condition was observed, without gaps of observation. */
  readonly watchedMs: number;
  /** How many deliveries were started. */
  readonly tries: number;
  readonly deliveredAt?: Date;
}

export interface AthleteFacts {
  readonly athleteId: number;
  /** Why the athlete has to log in again. */
  readonly needsAuthorization?: string;
  /** Whether the list and the streams are complete for the whole default backfill. */
  readonly isBackfilled: boolean;
  /** Number of parked records and recordings. */
  readonly parked: number;
}

export interface AlertFacts {
  readonly athletes: readonly AthleteFacts[];
  /** The last time Strava rejected the application. */
  readonly rejection?: { readonly at: Date; readonly text: string };
  /** Why every run fails; absent unless the last two did. */
  readonly failure?: RepeatedFailure;
  /** The last successful poll of any athlete. */
  readonly lastPollAt?: Date;
  readonly pollIntervalMs: number;
  /** Why the quota does not carry the polls of all athletes; absent where it does. */
  readonly pollShortage?: string;
  readonly isQuotaSpent: boolean;
  readonly nowMs: number;
}

const lateMs = 5 * minuteMs;

/** The maximum number of deliveries, one at each tick. */
export const maxTries = 5;

/** The key of an athlete's first complete backfill. */
export function backfillKey(athleteId: number): string {
  return `backfill:${athleteId}`;
}

/** The alert conditions that hold. */
export function alertConditions(facts: AlertFacts): readonly AlertCondition[] {
  const { rejection, failure, lastPollAt, nowMs, pollIntervalMs } = facts;
  const polledMs = lastPollAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const isRejected = rejection !== undefined && rejection.at.getTime() > polledMs;
  const isLate = nowMs - polledMs > pollIntervalMs + lateMs;
  // Without a usable login or application, another notification already explains the silence.
  const isPollable =
    !isRejected &&
    facts.athletes.some(({ needsAuthorization }) => needsAuthorization === undefined);
  return [
    ...facts.athletes.flatMap(athleteConditions),
    ...(isRejected ? [conditionOf('application', rejection.text)] : []),
    ...(failure && isUnexplained(failure)
      ? [conditionOf('failing', describeFailure(failure))]
      : []),
    ...(isLate && isPollable ? [silenceCondition(facts)] : []),
    ...(facts.pollShortage === undefined ? [] : [conditionOf('polls', facts.pollShortage)]),
  ];
}

/** A rejected application makes every run fail, and has a notification of its own. */
function isUnexplained({ code }: RepeatedFailure): boolean {
  return code !== 'APPLICATION_REJECTED';
}

function athleteConditions(athlete: AthleteFacts): readonly AlertCondition[] {
  const { athleteId, needsAuthorization, isBackfilled, parked } = athlete;
  const texts: readonly (readonly [NotificationKind, string | false])[] = [
    [
      'authorization',
      needsAuthorization !== undefined &&
        `Athlete ${athleteId} has to log in again: ${needsAuthorization}. Run: ${commandLine('auth')}`,
    ],
    ['backfill', isBackfilled && `The first backfill of athlete ${athleteId} is complete.`],
    [
      'parked',
      parked > 0 &&
        `Some data of athlete ${athleteId} could not be stored and is parked (${parked} so far). Run: ${commandLine('status')}`,
    ],
  ];
  return texts.flatMap(([kind, text]) =>
    text === false ? [] : [{ ...conditionOf(kind, text), key: `${kind}:${athleteId}`, athleteId }],
  );
}

function conditionOf(kind: NotificationKind, text: string): AlertCondition {
  return { key: kind, kind, text, minWatchedMs: 0 };
}

function silenceCondition({ lastPollAt, isQuotaSpent }: AlertFacts): AlertCondition {
  const last = lastPollAt === undefined ? '' : `; the last poll was at ${lastPollAt.toISOString()}`;
  const text = `No list of activities could be read for a day${last}. See the daemon's log.`;
  return { ...conditionOf('silence', text), minWatchedMs: dayMs, isPaused: isQuotaSpent };
}

export interface NotificationDecision {
  /** New, or observed for longer: to be stored. */
  readonly changed: readonly Notification[];
  /** Keys of notifications whose condition has ended. */
  readonly ended: readonly string[];
  /** To be delivered now. */
  readonly due: readonly Notification[];
}

/** How long the daemon may be down or asleep before the gap stops counting as observed. */
export function maxGapMs(tickIntervalMs: number): number {
  return 2 * tickIntervalMs + hourMs;
}

interface Observation {
  readonly nowMs: number;
  readonly gapMs: number;
}

/** Compares the conditions that hold with the stored notifications. */
export function decideNotifications(
  conditions: readonly AlertCondition[],
  stored: readonly Notification[],
  observation: Observation,
): NotificationDecision {
  const storedByKey = new Map(stored.map((notification) => [notification.key, notification]));
  const current = conditions.flatMap((condition) => {
    const before = storedByKey.get(condition.key);
    if (before === undefined && condition.isPaused === true) return [];
    const notification =
      before === undefined
        ? newNotification(condition, observation.nowMs)
        : observed(before, condition, observation);
    return [{ condition, notification, isChanged: notification !== before }];
  });
  const keys = new Set(conditions.map(({ key }) => key));
  return {
    changed: current.filter(({ isChanged }) => isChanged).map(({ notification }) => notification),
    ended: stored.filter(({ key }) => !keys.has(key)).map(({ key }) => key),
    due: current
      .filter(({ condition, notification }) => isDue(condition, notification))
      .map(({ notification }) => notification),
  };
}

function newNotification(condition: AlertCondition, nowMs: number): Notification {
  const { key, kind, athleteId, text } = condition;
  const at = new Date(nowMs);
  const athlete = athleteId === undefined ? {} : { athleteId };
  return { key, kind, ...athlete, text, since: at, seenAt: at, watchedMs: 0, tries: 0 };
}

/** A notification changes only until its condition was observed for long enough. */
function observed(
  notification: Notification,
  { minWatchedMs, isPaused = false }: AlertCondition,
  { nowMs, gapMs }: Observation,
): Notification {
  if (notification.watchedMs >= minWatchedMs) return notification;
  const passedMs = nowMs - notification.seenAt.getTime();
  const counts = !isPaused && passedMs > 0 && passedMs <= gapMs;
  const watchedMs = notification.watchedMs + (counts ? passedMs : 0);
  return { ...notification, seenAt: new Date(nowMs), watchedMs };
}

function isDue({ minWatchedMs }: AlertCondition, notification: Notification): boolean {
  const { watchedMs, deliveredAt, tries } = notification;
  return watchedMs >= minWatchedMs && deliveredAt === undefined && tries < maxTries;
}
