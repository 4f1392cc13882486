/** The athletes' OAuth grants. */

export interface Tokens {
  readonly athleteId: number;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
  /** When the access token was first issued to us, where that is known: gives its lifetime. */
  readonly obtainedAt?: Date;
  /** What was granted; absent where Strava never said. */
  readonly scope?: readonly string[];
  /** The application that the grant belongs to, where that is known. */
  readonly clientId?: string;
  /** Set once Strava rejected the grant. */
  readonly needsAuthorization?: { readonly since: Date; readonly reason: string };
}

export interface TokenStore {
  /** @throws OtherApplicationError where the grant belongs to another application. */
  load(athleteId: number): Promise<Tokens | undefined>;
  /**
   * Replaces the grant in one write, and with it any mark that it needs authorization. A grant of another
   * application is replaced too: a new login moves the athlete.
   */
  save(tokens: Tokens): Promise<void>;
  /** Puts the renewed grant in the place of the old one, unless a new login took it meanwhile. */
  renew(old: Tokens, renewed: Tokens): Promise<void>;
  /** Marks the grant, unless another refresh token is stored meanwhile. */
  markNeedsAuthorization(tokens: Tokens, reason: string, since: Date): Promise<void>;
}
