/**
 * The login with a refresh token from elsewhere. Using it replaces it, and only the new access token can
 * say whose it is: so the new grant is stored under the old token's digest until that is known, and the
 * same command can be given again after a failure.
 */
import { isFresh } from '../../domain/auth/token-margin.ts';
import { commandLine } from '../../domain/invocation.ts';
import { AuthorizationNeededError } from '../../errors.ts';
import { RefreshTokenRejectedError } from '../../strava-errors.ts';
import { saveAthlete } from '../../mongo/athletes/athletes.ts';
import { otherApplicationOf } from '../../mongo/tokens/other-applications.ts';
import { noteLogin } from '../../mongo/tokens/login.ts';
import type { Grant as PendingLogin } from '../../mongo/tokens/grant-document.ts';
import { digestOf } from '../../mongo/tokens/grant-document.ts';
import { createPendingLogins } from '../../mongo/tokens/pending-logins.ts';
import { refreshLease } from '../../strava/access.ts';
import type { Grant } from '../../strava/oauth.ts';
import type { Tokens } from '../../sync/ports/tokens.ts';
import type { Login } from './athlete.ts';
import { athleteIdOf, fetchAthlete, fetchOwner, requireActivities } from './athlete.ts';
import type { LoginSession } from './session.ts';
import { noUsableAccessToken, retryUntilDone, underLease } from './session.ts';

/** @throws AuthorizationNeededError for a rejected token or a useless grant. */
export async function logInWithRefreshToken(session: LoginSession, given: string): Promise<Login> {
  const athleteId = await findOwner(session, given);
  if (athleteId === undefined) return pickUp(session, given);
  const { scope } = await renewStored(session, athleteId, given);
  const profile = await fetchAthlete(session, athleteId);
  return finish(session, { athleteId, profile, ...(scope && { scope }) });
}

/** The athlete under whom this very token is stored already. */
async function findOwner(
  { database: { athletes, tokens } }: LoginSession,
  given: string,
): Promise<number | undefined> {
  for (const athleteId of await athletes.athleteIds()) {
    const stored = await tokens.load(athleteId);
    if (stored?.refreshToken === given) return athleteId;
  }
  return undefined;
}

function renewStored(session: LoginSession, athleteId: number, given: string): Promise<Tokens> {
  const { tokens } = session.database;
  return underLease(session, refreshLease(athleteId), async (lease) => {
    const stored = await tokens.load(athleteId);
    // Another process has used it in between, and what it got for it is as good.
    if (stored && stored.refreshToken !== given) return stored;
    await lease.assertHeld();
    const grant = await refresh(session, given);
    const renewed = { ...withoutOwner(session, grant, stored), athleteId };
    await tokens.save(renewed);
    return renewed;
  });
}

function pickUp(session: LoginSession, given: string): Promise<Login> {
  const { database, program } = session;
  const pendingLogins = createPendingLogins(database.store, database.vault);
  const digest = digestOf(given);
  return underLease(session, `login:${digest}`, async () => {
    const found = await pendingLogins.load(digest);
    const isUsable = found && isFresh(found, program.clock.nowMs());
    const pending = isUsable ? found : await obtain(session, found?.refreshToken ?? given);
    if (!isUsable) await pendingLogins.save(digest, pending);
    if (pending.accessToken === noAccessToken) throw noUsableAccessToken();
    const profile = await fetchOwner(session, pending.accessToken);
    const athleteId = athleteIdOf(profile);
    await pendingLogins.claim(digest, athleteId);
    const movedFrom = await otherApplicationOf(database.store, database.application, athleteId);
    const isResumed = found !== undefined && movedFrom === undefined;
    await settle(session, { ...pending, athleteId }, isResumed);
    await pendingLogins.remove(digest);
    const { scope } = pending;
    const known = { ...(scope && { scope }), ...(movedFrom !== undefined && { movedFrom }) };
    return finish(session, { athleteId, profile, ...known });
  });
}

async function obtain(session: LoginSession, refreshToken: string): Promise<PendingLogin> {
  const grant = await refresh(session, refreshToken);
  requireActivities(grant.scope);
  return withoutOwner(session, grant);
}

/** What an interrupted login left may have been stored, and replaced by a newer grant, since then. */
function settle(session: LoginSession, grant: Tokens, isResumed: boolean): Promise<void> {
  const { tokens } = session.database;
  return underLease(session, refreshLease(grant.athleteId), async () => {
    const stored = isResumed ? await tokens.load(grant.athleteId) : undefined;
    if (stored && !stored.needsAuthorization && isAtLeastAsNew(stored, grant)) return;
    await tokens.save(grant);
  });
}

function isAtLeastAsNew(one: Tokens, other: Tokens): boolean {
  return (one.obtainedAt?.getTime() ?? 0) >= (other.obtainedAt?.getTime() ?? 0);
}

async function refresh(session: LoginSession, refreshToken: string): Promise<Grant> {
  try {
    return await retryUntilDone(session, () => session.strava.oauth.refresh(refreshToken));
  } catch (error) {
    if (!(error instanceof RefreshTokenRejectedError)) throw error;
    throw new AuthorizationNeededError(
      `Strava rejects this refresh token: it was replaced by a newer one (each use can do that), was revoked, or belongs to another application. Log in with: ${commandLine('auth')}`,
      { cause: error },
    );
  }
}

/** Stands for an access token that the response lacks; it counts as expired. */
const noAccessToken = 'none';

function withoutOwner(
  { program, strava }: LoginSession,
  grant: Grant,
  stored?: Tokens,
): PendingLogin {
  const { accessToken = stored?.accessToken ?? noAccessToken, refreshToken, expiresAt } = grant;
  const scope = grant.scope ?? stored?.scope;
  const now = new Date(program.clock.nowMs());
  // With more than an hour left Strava gives the same access token, which is as old as it was.
  const obtainedAt = accessToken === stored?.accessToken ? stored.obtainedAt : now;
  return {
    accessToken,
    refreshToken,
    expiresAt,
    clientId: strava.clientId,
    ...(obtainedAt && { obtainedAt }),
    ...(scope && { scope }),
  };
}

async function finish({ database }: LoginSession, login: Login): Promise<Login> {
  await saveAthlete(database.store, login.athleteId, login.profile);
  await noteLogin(database.store, login.athleteId);
  return login;
}
