/**
 * An athlete is said to have withdrawn the access. Nobody signs that, so it is made sure of first, by a
 * refresh of the token, which costs no quota; then the login goes, and the data by the setting.
 */
import { AuthorizationNeededError, DomestiqueError } from '../errors.ts';
import type { Database, Strava } from '../main.ts';
import type { Program } from '../program.ts';
import { removeLogin } from '../mongo/deauthorized.ts';
import { eraseNow } from './erase.ts';

export interface DeauthorizationSession {
  readonly program: Program;
  readonly database: Database;
  readonly strava: Strava;
}

/** Failures are logged: the next request for the athlete finds the same. */
export async function settleDeauthorization(
  session: DeauthorizationSession,
  athleteId: number,
): Promise<void> {
  const { program, database } = session;
  const { log, config } = program;
  try {
    if (!(await isWithdrawn(session, athleteId))) return;
    if (config.webhook.onDeauthorization === 'erase') {
      await eraseNow({ program, database, athleteId }, true);
      log.warn({ athlete: athleteId }, 'The athlete withdrew the access at Strava: all is erased.');
      return;
    }
    const at = new Date(program.clock.nowMs());
    await removeLogin(database.mongo, database.collections, athleteId, at);
    log.warn(
      { athlete: athleteId },
      'The athlete withdrew the access at Strava: the login is removed, the data is kept.',
    );
  } catch (error) {
    if (!(error instanceof DomestiqueError)) throw error;
    log.warn({ athlete: athleteId, code: error.code }, error.message);
  }
}

async function isWithdrawn(
  { program, database, strava }: DeauthorizationSession,
  athleteId: number,
): Promise<boolean> {
  const tokens = await database.tokens.load(athleteId);
  if (tokens === undefined) return false;
  try {
    await strava.access.token(athleteId, program.signal, tokens.accessToken);
    return false;
  } catch (error) {
    if (error instanceof AuthorizationNeededError) return true;
    throw error;
  }
}
