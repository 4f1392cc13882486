/** Learns how far Strava's clock is from ours from `Date` headers, which have whole seconds. */
import { secondMs } from '../duration.ts';

/** The bounds of Strava's time minus ours, in milliseconds. */
export interface ClockOffset {
  readonly minMs: number;
  readonly maxMs: number;
}

export const unknownOffset: ClockOffset = {
  minMs: Number.NEGATIVE_INFINITY,
  maxMs: Number.POSITIVE_INFINITY,
};

/** One response: when it was requested and received by our clock, and its `Date` header. */
export interface DateReading {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly dateMs: number;
}

/**
 * Narrows the offset by one response, whose second began before it was received and ended after it was
 * requested. A reading that contradicts the earlier ones replaces them: a clock was set.
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

/** The smallest offset that the readings allow; 0 where our clock can be right. */
export function bestOffsetMs({ minMs, maxMs }: ClockOffset): number {
  return Math.min(Math.max(0, minMs), Math.max(maxMs, minMs));
}

/**
 * The maximum error of the best offset, in milliseconds; 0 where our clock can be right, because most
 * clocks are set over the network.
 */
export function offsetErrorMs({ minMs, maxMs }: ClockOffset): number {
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
