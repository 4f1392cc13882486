/**
 * Who has logged in to the page, in memory: a restart ends every session. Wrong tries of the password are
 * counted for all visitors together, because a proxy makes their addresses one.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { dayMs, minuteMs } from '../../domain/duration.ts';

export const sessionMs = 30 * dayMs;
/** The oldest ends when there would be more. */
export const maxSessions = 100;
const maxTries = 5;

export interface Sessions {
  /** Starts a session and returns its secret. */
  start(): string;
  has(secret: string | undefined): boolean;
  end(secret: string | undefined): void;
}

export function createSessions({ nowMs }: Pick<Clock, 'nowMs'>): Sessions {
  /** By secret, the oldest first. A guess among 2^256 learns nothing from the time of a look-up. */
  const endsAtMs = new Map<string, number>();
  return {
    start: () => {
      const secret = randomBytes(32).toString('base64url');
      endsAtMs.set(secret, nowMs() + sessionMs);
      const [oldest] = endsAtMs.keys();
      if (endsAtMs.size > maxSessions && oldest !== undefined) endsAtMs.delete(oldest);
      return secret;
    },
    has: (secret = '') => (endsAtMs.get(secret) ?? 0) > nowMs(),
    end: (secret = '') => {
      endsAtMs.delete(secret);
    },
  };
}

export interface Tries {
  /** How long to wait until the next try, in milliseconds. */
  waitMs(): number;
  countWrong(): void;
}

/** Allows five wrong tries within any minute. */
export function createTries({ monotonicMs }: Pick<Clock, 'monotonicMs'>): Tries {
  let wrongAt: readonly number[] = [];
  return {
    waitMs: () => {
      const now = monotonicMs();
      wrongAt = wrongAt.filter((at) => now - at < minuteMs);
      const [first] = wrongAt;
      return first !== undefined && wrongAt.length >= maxTries ? first + minuteMs - now : 0;
    },
    countWrong: () => {
      wrongAt = [...wrongAt, monotonicMs()];
    },
  };
}
