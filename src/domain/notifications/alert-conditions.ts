/**
 * When the person is needed: what causes a notice, which notices are due, and which causes have ended.
 * Pure; who asks brings what is known. No text names anybody but by id.
 */
import { dayMs, hourMs, minuteMs } from '../duration.ts';

export const noticeKinds = [
  'authorization',
  'application',
  'backfill',
  'parked',
  'silence',
] as const;

export type NoticeKind = (typeof noticeKinds)[number];

/** What stands now, and wants a notice. */
export interface Cause {
  /** Names the cause among all; it is told once while it stands. */
  readonly key: string;
  readonly kind: NoticeKind;
  readonly athleteId?: number;
  readonly text: string;
  /** How long it has to be watched before it is told. */
  readonly leastWatchedMs: number;
  /** It may have ended or not: the time does not count, and it is not new. */
  readonly isPaused?: boolean;
}

/** A cause as it is remembered. */
export interface Notice extends Pick<Cause, 'key' | 'kind' | 'athleteId' | 'text'> {
  readonly since: Date;
  readonly seenAt: Date;
  /** How long it was seen to stand, without the time in which nobody looked. */
  readonly watchedMs: number;
  /** How often its delivery was begun. */
  readonly tries: number;
  readonly toldAt?: Date;
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

export interface NoticeFacts {
  readonly athletes: readonly AthleteFacts[];
  /** The last time that Strava refused the application. */
  readonly refusal?: { readonly at: Date; readonly text: string };
  /** When a list was last read, of any athlete. */
  readonly lastLookAt?: Date;
  /** How often the lists are looked at. */
  readonly looksEveryMs: number;
  readonly isQuotaSpent: boolean;
  readonly nowMs: number;
}

const lateMs = 5 * minuteMs;

/** How often a delivery is tried; each time is another tick. */
export const mostTries = 5;

/** Names the first backfill of an athlete. */
export function backfillKey(athleteId: number): string {
  return `backfill:${athleteId}`;
}

/** Everything that stands. */
export function causesOf(facts: NoticeFacts): readonly Cause[] {
  const { refusal, lastLookAt, nowMs, looksEveryMs } = facts;
  const lookedMs = lastLookAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const isRefused = refusal !== undefined && refusal.at.getTime() > lookedMs;
  const isAnybodyServed = facts.athletes.some(
    ({ needsAuthorization }) => needsAuthorization === undefined,
  );
  const isLate = nowMs - lookedMs > looksEveryMs + lateMs;
  return [
    ...facts.athletes.flatMap(causesOfAthlete),
    ...(isRefused ? [causeOf('application', refusal.text)] : []),
    // Where everybody has to log in, or the application is refused, that is told already.
    ...(isLate && isAnybodyServed && !isRefused ? [silenceOf(facts)] : []),
  ];
}

function causesOfAthlete(athlete: AthleteFacts): readonly Cause[] {
  const { athleteId, needsAuthorization, isBackfilled, parked } = athlete;
  const who = `Athlete ${athleteId}`;
  const of = (kind: NoticeKind, text: string): Cause => ({
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

function causeOf(kind: NoticeKind, text: string): Cause {
  return { key: kind, kind, text, leastWatchedMs: 0 };
}

function silenceOf({ lastLookAt, isQuotaSpent }: NoticeFacts): Cause {
  const last =
    lastLookAt === undefined ? '' : `; the last one was read at ${lastLookAt.toISOString()}`;
  const text = `Nothing has succeeded for a day: no list of activities could be read${last}. See the daemon's log.`;
  return { ...causeOf('silence', text), leastWatchedMs: dayMs, isPaused: isQuotaSpent };
}

/** What to do about the notices. */
export interface NoticeDecision {
  /** New, or watched for longer now. */
  readonly changed: readonly Notice[];
  /** Keys of those whose cause has ended. */
  readonly ended: readonly string[];
  /** Not told yet, and to be told now. */
  readonly due: readonly Notice[];
}

/** How long the daemon may look away before the time in between does not count: it was down, or asleep. */
export function longestGapMs(tickIntervalMs: number): number {
  return 2 * tickIntervalMs + hourMs;
}

/** Compares what stands with what is remembered. */
export function decideNotices(
  causes: readonly Cause[],
  known: readonly Notice[],
  { nowMs, gapMs }: { readonly nowMs: number; readonly gapMs: number },
): NoticeDecision {
  const knownBy = new Map(known.map((notice) => [notice.key, notice]));
  const standing = causes.flatMap((cause) => {
    const before = knownBy.get(cause.key);
    if (before === undefined && cause.isPaused === true) return [];
    const notice =
      before === undefined ? begun(cause, nowMs) : seen(before, cause, { nowMs, gapMs });
    return [{ cause, notice, isChanged: notice !== before }];
  });
  const keys = new Set(causes.map(({ key }) => key));
  return {
    changed: standing.filter(({ isChanged }) => isChanged).map(({ notice }) => notice),
    ended: known.filter(({ key }) => !keys.has(key)).map(({ key }) => key),
    due: standing.filter(isDue).map(({ notice }) => notice),
  };
}

function begun(cause: Cause, nowMs: number): Notice {
  const { key, kind, athleteId, text } = cause;
  const at = new Date(nowMs);
  const whose = athleteId === undefined ? {} : { athleteId };
  return { key, kind, ...whose, text, since: at, seenAt: at, watchedMs: 0, tries: 0 };
}

/** Only one that waits is written again. */
function seen(
  notice: Notice,
  { leastWatchedMs, isPaused = false }: Cause,
  { nowMs, gapMs }: { readonly nowMs: number; readonly gapMs: number },
): Notice {
  if (notice.watchedMs >= leastWatchedMs) return notice;
  const passedMs = nowMs - notice.seenAt.getTime();
  const counts = !isPaused && passedMs > 0 && passedMs <= gapMs;
  const watchedMs = notice.watchedMs + (counts ? passedMs : 0);
  return { ...notice, seenAt: new Date(nowMs), watchedMs };
}

function isDue({ cause, notice }: { readonly cause: Cause; readonly notice: Notice }): boolean {
  const { watchedMs, toldAt, tries } = notice;
  return watchedMs >= cause.leastWatchedMs && toldAt === undefined && tries < mostTries;
}
