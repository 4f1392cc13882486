/**
 * When an access token is too old to be used. Pure.
 */

const maxMarginMs = 5 * 60_000;
const shareOfLifetime = 6;

/** The part of a token's life that is needed here; the lifetime is unknown without `obtainedAt`. */
export interface TokenLife {
  readonly expiresAt: Date;
  readonly obtainedAt?: Date;
}

/**
 * Whether more than the margin is left: five minutes, at most a sixth of the token's lifetime, so that
 * a request that is on its way for a while still arrives with a valid token.
 */
export function isFresh({ expiresAt, obtainedAt }: TokenLife, nowMs: number): boolean {
  const lifetimeMs = obtainedAt && expiresAt.getTime() - obtainedAt.getTime();
  const marginMs =
    lifetimeMs === undefined
      ? maxMarginMs
      : Math.min(maxMarginMs, Math.max(0, lifetimeMs / shareOfLifetime));
  return expiresAt.getTime() - nowMs > marginMs;
}
