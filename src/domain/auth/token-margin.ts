/** When an access token is too old to be used. */
import { minuteMs } from '../duration.ts';

const maxMarginMs = 5 * minuteMs;
const lifetimePerMargin = 6;

/** The lifetime is unknown without `obtainedAt`. */
export interface TokenLife {
  readonly expiresAt: Date;
  readonly obtainedAt?: Date;
}

/**
 * Whether the token is valid for longer than a margin of five minutes, at most a sixth of its lifetime,
 * so that a slow request still arrives with a valid token.
 */
export function isFresh({ expiresAt, obtainedAt }: TokenLife, nowMs: number): boolean {
  const lifetimeMs = expiresAt.getTime() - (obtainedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  const marginMs = Math.min(maxMarginMs, Math.max(0, lifetimeMs / lifetimePerMargin));
  return expiresAt.getTime() - nowMs > marginMs;
}
