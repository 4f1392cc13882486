/**
 * The login with a code, however it came: exchanged for tokens, which are stored before anything else.
 */
import { AuthorizationNeededError } from '../../errors.ts';
import { saveAthlete } from '../../mongo/athletes/athletes.ts';
import { otherApplicationOf } from '../../mongo/tokens/other-applications.ts';
import { noteLogin } from '../../mongo/tokens/login.ts';
import type { Grant } from '../../strava/oauth.ts';
import type { Login } from './athlete.ts';
import { athleteIdOf, fetchOwner, requireActivities } from './athlete.ts';
import type { LoginSession } from './session.ts';
import { noUsableAccessToken, retryUntilDone } from './session.ts';

export interface CodeLogin {
  readonly code: string;
  /** What the redirect said was granted. */
  readonly scope?: readonly string[];
  /** Whether the code was given out a moment ago. */
  readonly isBrandNew: boolean;
}

/** A code that is used at once is sometimes rejected, and works two seconds later (StravaPHP#96). */
const codeSettlesMs = 2_000;

/** @throws AuthorizationNeededError for a rejected code or a useless grant. */
export async function logInWithCode(session: LoginSession, given: CodeLogin): Promise<Login> {
  requireActivities(given.scope);
  const { database, program, strava } = session;
  const { athlete, ...grant } = await exchange(session, given);
  const scope = grant.scope ?? given.scope;
  requireActivities(scope);
  const { accessToken } = grant;
  if (accessToken === undefined) throw noUsableAccessToken();
  const profile = athlete ?? (await fetchOwner(session, accessToken));
  const athleteId = athleteIdOf(profile);
  const { clientId } = strava;
  const obtainedAt = new Date(program.clock.nowMs());
  const known = scope && { scope };
  const movedFrom = await otherApplicationOf(database.store, database.application, athleteId);
  await database.tokens.save({ ...grant, accessToken, athleteId, clientId, obtainedAt, ...known });
  await saveAthlete(database.store, athleteId, profile);
  await noteLogin(database.store, athleteId);
  return { athleteId, profile, ...known, ...(movedFrom !== undefined && { movedFrom }) };
}

async function exchange(session: LoginSession, { code, isBrandNew }: CodeLogin): Promise<Grant> {
  const request = (): Promise<Grant> =>
    retryUntilDone(session, () => session.strava.oauth.exchangeCode(code));
  try {
    const grant = await request();
    if (grant.accessToken !== undefined) return grant;
    // The code is used up, and what it brought can still get an access token.
    const { oauth } = session.strava;
    const renewed = await retryUntilDone(session, () => oauth.refresh(grant.refreshToken));
    return { ...grant, ...renewed };
  } catch (error) {
    if (!isBrandNew || !(error instanceof AuthorizationNeededError)) throw error;
    const { clock, signal } = session.program;
    await clock.sleep(codeSettlesMs, signal);
    return request();
  }
}
