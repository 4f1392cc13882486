/**
 * Settles deauthorizations. The events are unsigned, so a token refresh, which costs no quota, verifies
 * each one first. Then the login is removed, and the data too if the setting says so. A deauthorization
 * that cannot be settled now stays marked in the database for the next time.
 */
import { AuthorizationNeededError, DomestiqueError, OtherApplicationError } from '../../errors.ts';
import type { Database, Strava } from '../../main.ts';
import type { NotifiedDeauthorization } from '../../mongo/athletes/deauthorized.ts';
import {
  markDeauthorized,
  removeLogin,
  settleNotified,
  notifiedDeauthorizations,
} from '../../mongo/athletes/deauthorized.ts';
import type { Program } from '../../program.ts';
import { eraseNow } from '../erase/command.ts';

export interface DeauthorizationSession {
  readonly program: Program;
  readonly database: Database;
  readonly strava: Strava;
}

export interface Deauthorizations {
  /** Settles the deauthorizations received until now, in the background; one at a time. */
  readonly settle: () => void;
  /** Resolves when nothing is being settled any more. */
  readonly settled: () => Promise<void>;
}

/** Failures are logged, and the mark stays. */
export function createDeauthorizations(session: DeauthorizationSession): Deauthorizations {
  const { signal } = session.program;
  let running: Promise<void> | undefined;
  let isRequested = false;
  const work = async (): Promise<void> => {
    while (isRequested && !signal.aborted) {
      isRequested = false;
      await logged(session, () => settleAll(session));
    }
    running = undefined;
  };
  return {
    settle: () => {
      isRequested = true;
      running ??= work();
    },
    settled: async () => running,
  };
}

async function settleAll(session: DeauthorizationSession): Promise<void> {
  const { store, application } = session.database;
  for (const delivered of await notifiedDeauthorizations(store, application)) {
    if (session.program.signal.aborted) return;
    await logged(session, () => settleOne(session, delivered), delivered.athleteId);
  }
}

async function logged(
  { program: { log, signal } }: DeauthorizationSession,
  work: () => Promise<void>,
  athlete?: number,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DomestiqueError)) throw error;
    if (!signal.aborted) log.warn({ athlete, code: error.code }, error.message);
  }
}

async function settleOne(
  session: DeauthorizationSession,
  delivered: NotifiedDeauthorization,
): Promise<void> {
  const { store } = session.database;
  if (await isWithdrawn(session, delivered)) await settleWithdrawal(session, delivered.athleteId);
  await settleNotified(store, delivered);
}

async function settleWithdrawal(
  { program, database }: DeauthorizationSession,
  athleteId: number,
): Promise<void> {
  const { log, clock, config } = program;
  const { store, application } = database;
  const at = new Date(clock.nowMs());
  if (config.webhook.onDeauthorization === 'erase') {
    // First, because an erasure that is cut off may have deleted the login that would prove it.
    await markDeauthorized(store, athleteId, at);
    await eraseNow({ program, database, athleteId }, true);
    log.warn({ athlete: athleteId }, 'The athlete withdrew the access at Strava: all is erased.');
    return;
  }
  await removeLogin(store, application, { athleteId, at });
  log.warn(
    { athlete: athleteId },
    'The athlete withdrew the access at Strava: the login is removed, the data is kept.',
  );
}

async function isWithdrawn(
  { program, database, strava }: DeauthorizationSession,
  { athleteId, isCertain }: NotifiedDeauthorization,
): Promise<boolean> {
  try {
    if ((await database.tokens.load(athleteId)) === undefined) return isCertain;
    await strava.access.verify(athleteId, program.signal);
    return false;
  } catch (error) {
    if (error instanceof AuthorizationNeededError) return true;
    // The athlete has logged in with another application meanwhile, which keeps the data current.
    if (error instanceof OtherApplicationError) return false;
    throw error;
  }
}
