/**
 * Learns how far Strava's clock is from ours from `Date` headers, which have whole seconds. No single
 * header moves a clock that others, or our own clock, contradict.
 */
import { minuteMs, secondMs } from '../duration.ts';

/** The bounds of Strava's time minus ours, in milliseconds. */
export interface ClockOffset {
  readonly minMs: number;
  readonly maxMs: number;
}

/** One response: when it was requested and received by our clock, and its `Date` header. */
export interface DateReading {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly dateMs: number;
}

/** What the readings so far say. */
export interface LearntOffset {
  /** What they agree on. */
  readonly bounds: ClockOffset;
  /** While nothing is learnt: the offsets that our own clocks suggest, in milliseconds. */
  readonly guessesMs: readonly number[];
  /** Readings in a row that contradict the bounds (or every guess) and agree with each other. */
  readonly rival?: { readonly bounds: ClockOffset; readonly count: number };
}

const unknownOffset: ClockOffset = {
  minMs: Number.NEGATIVE_INFINITY,
  maxMs: Number.POSITIVE_INFINITY,
};

/** So many readings that contradict the others, but agree, are believed: a clock was set. */
const minAgreeing = 5;
/** How far the first reading may be from a guess. */
const guessErrorMs = minuteMs;

/** Nothing is learnt yet, or any more. */
export function guessedOffset(...guessesMs: readonly number[]): LearntOffset {
  return { bounds: unknownOffset, guessesMs };
}

/**
 * Narrows the offset by one response, whose second began before it was received and ended after it was
 * requested. A reading that contradicts what is known puts it in doubt; one that agrees ends the doubt.
 */
export function learnOffset(learnt: LearntOffset, reading: DateReading): LearntOffset {
  const { bounds, guessesMs, rival } = learnt;
  const seen = {
    minMs: reading.dateMs - reading.receivedAtMs,
    maxMs: reading.dateMs + secondMs - reading.sentAtMs,
  };
  const narrowed = overlap(bounds, seen);
  if (narrowed !== undefined && (!isGuessed(learnt) || guessesMs.some((ms) => isNear(seen, ms))))
    return { bounds: narrowed, guessesMs };
  const agreed = rival && overlap(rival.bounds, seen);
  if (rival === undefined || agreed === undefined)
    return { ...learnt, rival: { bounds: seen, count: 1 } };
  const count = rival.count + 1;
  return count < minAgreeing
    ? { ...learnt, rival: { bounds: agreed, count } }
    : { bounds: agreed, guessesMs };
}

/** Whether the last readings contradict what is known. */
export function isInDoubt({ rival }: LearntOffset): boolean {
  return rival !== undefined;
}

function isGuessed({ bounds }: LearntOffset): boolean {
  return bounds === unknownOffset;
}

function isNear({ minMs, maxMs }: ClockOffset, guessMs: number): boolean {
  return minMs - guessErrorMs <= guessMs && guessMs <= maxMs + guessErrorMs;
}

function overlap(one: ClockOffset, other: ClockOffset): ClockOffset | undefined {
  const minMs = Math.max(one.minMs, other.minMs);
  const maxMs = Math.min(one.maxMs, other.maxMs);
  return minMs <= maxMs ? { minMs, maxMs } : undefined;
}

/** The smallest offset that the readings allow, 0 where our clock can be right; the first guess before any. */
export function bestOffsetMs(learnt: LearntOffset): number {
  const { minMs, maxMs } = learnt.bounds;
  if (isGuessed(learnt)) return learnt.guessesMs[0] ?? 0;
  return Math.min(Math.max(0, minMs), Math.max(maxMs, minMs));
}

/**
 * The maximum error of the best offset, in milliseconds; 0 where our clock can be right, because most
 * clocks are set over the network.
 */
export function offsetErrorMs({ bounds: { minMs, maxMs } }: LearntOffset): number {
  const canBeRight = minMs <= 0 && maxMs >= 0;
  return canBeRight ? 0 : Math.max(0, maxMs - minMs);
}

/**
 * When a request was sent, at the latest now: its response may have turned our estimate of Strava's
 * clock back, and no stored instant may be in the future.
 */
export function sentAt(requestedMs: number, nowMs: number): Date {
  return new Date(Math.min(requestedMs, nowMs));
}
