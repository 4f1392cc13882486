/**
 * How far Strava's clock is from ours, learnt from `Date` headers, which name whole seconds. Pure.
 */

/** Strava's time minus ours lies between these, in milliseconds. */
export interface ClockOffset {
  readonly minMs: number;
  readonly maxMs: number;
}

export const unknownOffset: ClockOffset = {
  minMs: Number.NEGATIVE_INFINITY,
  maxMs: Number.POSITIVE_INFINITY,
};

/** One answer: when it was asked for, when it came (our clock), and the second it names. */
export interface DateReading {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly dateMs: number;
}

const secondMs = 1_000;

/**
 * Narrows the offset by one answer: its second began before we received it and ended after we asked.
 * A reading that contradicts the earlier ones means that a clock was set: it counts alone.
 */
export function learnOffset(known: ClockOffset, reading: DateReading): ClockOffset {
  const seen = {
    minMs: reading.dateMs - reading.receivedAtMs,
    maxMs: reading.dateMs + secondMs - reading.sentAtMs,
  };
  const minMs = Math.max(known.minMs, seen.minMs);
  const maxMs = Math.min(known.maxMs, seen.maxMs);
  return minMs <= maxMs ? { minMs, maxMs } : seen;
}

/** The smallest offset that the readings allow: none where our clock can be right. */
export function bestOffsetMs({ minMs, maxMs }: ClockOffset): number {
  return Math.min(Math.max(0, minMs), Math.max(maxMs, minMs));
}

/**
 * By how much the best offset may be wrong, in milliseconds. Where our clock can be right it is taken
 * to be: clocks that are set over the network are the rule.
 */
export function offsetErrorMs({ minMs, maxMs }: ClockOffset): number {
  const canBeRight = minMs <= 0 && maxMs >= 0;
  return canBeRight ? 0 : Math.max(0, maxMs - minMs);
}

/**
 * When a request left. Its answer may have corrected what is known of Strava's clock; nothing that is
 * stored comes from the future.
 */
export function leftAt(requestedMs: number, nowMs: number): Date {
  return new Date(Math.min(requestedMs, nowMs));
}
