/**
 * When the person is needed: what causes a notice, which notices are due, and which causes have ended.
 * Pure; who asks brings what is known. No text names anybody but by id.
 */
import { dayMs, hourMs, minuteMs } from '../duration.ts';

export const notificationKinds = [
  'authorization',
  'application',
  'backfill',
  'parked',
  'silence',
] as const;

export type NotificationKind = (typeof notificationKinds)[number];

/** What stands now, and wants a notice. */
export interface Cause {
  /** Names the cause among all; it is told once while it stands. */
  readonly key: string;
  readonly kind: NotificationKind;
  readonly athleteId?: number;
  readonly text: string;
  /** How long it has to be watched before it is told. */
  readonly minWatchedMs: number;
  /** It may have ended or not: the time does not count, and it is not new. */
  readonly isPaused?: boolean;
}

/** A cause as it is remembered. */
export interface Notification extends Pick<Cause, 'key' | 'kind' | 'athleteId' | 'text'> {
  readonly since: Date;
  readonly seenAt: Date;
  /** How long it was seen to stand, without the time in which nobody looked. */
  readonly watchedMs: number;
  /** How often its delivery was begun. */
  readonly tries: number;
  readonly deliveredAt?: Date;
}

/** What is known of one athlete. */
export interface AthleteFacts {
  readonly athleteId: number;
  /** Why the athlete has to log in again. */
  readonly needsAuthorization?: string;
  /** The list is known as far back as it is wanted, and so are the streams. */
  readonly isBackfilled: boolean;
  /** Records and recordings that are given up for now. */
  readonly parked: number;
}

export interface AlertFacts {
  readonly athletes: readonly AthleteFacts[];
  /** The last time that Strava refused the application. */
  readonly rejection?: { readonly at: Date; readonly text: string };
  /** When a list was last read, of any athlete. */
  readonly lastPollAt?: Date;
  /** How often the lists are looked at. */
  readonly pollIntervalMs: number;
  readonly isQuotaSpent: boolean;
  readonly nowMs: number;
}

const lateMs = 5 * minuteMs;

/** How often a delivery is tried; each time is another tick. */
export const maxTries = 5;

/** Names the first backfill of an athlete. */
export function backfillKey(athleteId: number): string {
  return `backfill:${athleteId}`;
}

/** Everything that stands. */
export function alertConditions(facts: AlertFacts): readonly Cause[] {
  const { rejection, lastPollAt, nowMs, pollIntervalMs } = facts;
  const polledMs = lastPollAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const isRejected = rejection !== undefined && rejection.at.getTime() > polledMs;
  const isAnybodyServed = facts.athletes.some(
    ({ needsAuthorization }) => needsAuthorization === undefined,
  );
  const isLate = nowMs - polledMs > pollIntervalMs + lateMs;
  return [
    ...facts.athletes.flatMap(causesOfAthlete),
    ...(isRejected ? [causeOf('application', rejection.text)] : []),
    // Where everybody has to log in, or the application is refused, that is told already.
    ...(isLate && isAnybodyServed && !isRejected ? [silenceOf(facts)] : []),
  ];
}

function causesOfAthlete(athlete: AthleteFacts): readonly Cause[] {
  const { athleteId, needsAuthorization, isBackfilled, parked } = athlete;
  const who = `Athlete ${athleteId}`;
  const of = (kind: NotificationKind, text: string): Cause => ({
    ...causeOf(kind, text),
    key: `${kind}:${athleteId}`,
    athleteId,
  });
  return [
    ...(needsAuthorization === undefined
      ? []
      : [
          of(
            'authorization',
            `${who} has to log in again: ${needsAuthorization}. Run: npm run auth`,
          ),
        ]),
    ...(isBackfilled
      ? [of('backfill', `The first backfill of athlete ${athleteId} is complete.`)]
      : []),
    ...(parked > 0
      ? [
          of(
            'parked',
            `Of athlete ${athleteId} something could not be stored and is parked (${parked} so far). Run: npm run status`,
          ),
        ]
      : []),
  ];
}

function causeOf(kind: NotificationKind, text: string): Cause {
  return { key: kind, kind, text, minWatchedMs: 0 };
}

function silenceOf({ lastPollAt, isQuotaSpent }: AlertFacts): Cause {
  const last =
    lastPollAt === undefined ? '' : `; the last one was read at ${lastPollAt.toISOString()}`;
  const text = `Nothing has succeeded for a day: no list of activities could be read${last}. See the daemon's log.`;
  return { ...causeOf('silence', text), minWatchedMs: dayMs, isPaused: isQuotaSpent };
}

/** What to do about the notices. */
export interface NotificationDecision {
  /** New, or watched for longer now. */
  readonly changed: readonly Notification[];
  /** Keys of those whose cause has ended. */
  readonly ended: readonly string[];
  /** Not told yet, and to be told now. */
  readonly due: readonly Notification[];
}

/** How long the daemon may look away before the time in between does not count: it was down, or asleep. */
export function maxGapMs(tickIntervalMs: number): number {
  return 2 * tickIntervalMs + hourMs;
}

/** Compares what stands with what is remembered. */
export function decideNotifications(
  causes: readonly Cause[],
  known: readonly Notification[],
  { nowMs, gapMs }: { readonly nowMs: number; readonly gapMs: number },
): NotificationDecision {
  const knownBy = new Map(known.map((notification) => [notification.key, notification]));
  const current = causes.flatMap((cause) => {
    const before = knownBy.get(cause.key);
    if (before === undefined && cause.isPaused === true) return [];
    const notification =
      before === undefined ? begun(cause, nowMs) : seen(before, cause, { nowMs, gapMs });
    return [{ cause, notification, isChanged: notification !== before }];
  });
  const keys = new Set(causes.map(({ key }) => key));
  return {
    changed: current.filter(({ isChanged }) => isChanged).map(({ notification }) => notification),
    ended: known.filter(({ key }) => !keys.has(key)).map(({ key }) => key),
    due: current.filter(isDue).map(({ notification }) => notification),
  };
}

function begun(cause: Cause, nowMs: number): Notification {
  const { key, kind, athleteId, text } = cause;
  const at = new Date(nowMs);
  const whose = athleteId === undefined ? {} : { athleteId };
  return { key, kind, ...whose, text, since: at, seenAt: at, watchedMs: 0, tries: 0 };
}

/** Only one that waits is written again. */
function seen(
  notification: Notification,
  { minWatchedMs, isPaused = false }: Cause,
  { nowMs, gapMs }: { readonly nowMs: number; readonly gapMs: number },
): Notification {
  if (notification.watchedMs >= minWatchedMs) return notification;
  const passedMs = nowMs - notification.seenAt.getTime();
  const counts = !isPaused && passedMs > 0 && passedMs <= gapMs;
  const watchedMs = notification.watchedMs + (counts ? passedMs : 0);
  return { ...notification, seenAt: new Date(nowMs), watchedMs };
}

function isDue({
  cause,
  notification,
}: {
  readonly cause: Cause;
  readonly notification: Notification;
}): boolean {
  const { watchedMs, deliveredAt, tries } = notification;
  return watchedMs >= cause.minWatchedMs && deliveredAt === undefined && tries < maxTries;
}
