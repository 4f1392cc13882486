/**
 * `logout`: revokes an athlete's access at Strava and removes the login. The data stays. It asks for
 * confirmation first, and changes no other athlete's login.
 */
import { requireClient } from '../../config/client.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import { deleteLogin } from '../../mongo/tokens/delete-login.ts';
import { assertOwnAthlete } from '../../mongo/tokens/other-applications.ts';
import type { Program } from '../../program.ts';
import { chooseAthlete } from '../shared/athlete-choice.ts';
import { isConfirmed } from '../shared/confirmation.ts';
import type { AthleteSession } from '../shared/held-athlete.ts';
import { whileHeld } from '../shared/held-athlete.ts';
import { athleteOf } from '../shared/period-options.ts';
import { revokeLogin } from '../shared/revocation.ts';

export interface LogoutOptions {
  readonly athlete: string;
  /** Skips the confirmation. */
  readonly yes: boolean;
  readonly json: boolean;
  /** Where the confirmation is typed. */
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

/**
 * @throws UsageError without a confirmation, NoAthleteError if the athlete has not logged in,
 * OtherApplicationError if the login belongs to another application, StravaUnavailableError if the access
 * cannot be revoked, EraseUnfinishedError if another process keeps the athlete.
 */
export async function logout(program: Program, options: LogoutOptions): Promise<ExitCode> {
  const wanted = athleteOf(options);
  requireClient(program.config);
  rejectErasing(program);
  if (!options.yes && !(options.input.isTTY === true && program.isTerminal)) {
    throw new UsageError('logout needs a confirmation, and there is no terminal: give --yes.');
  }
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const athleteId = await chooseAthlete(database, wanted);
    const session = { program, database, athleteId };
    if (!options.yes) await confirm(session, options);
    await whileHeld(session, () => logOutHeld(session));
    program.print(
      options.json
        ? JSON.stringify({ athlete: athleteId, access: 'revoked' })
        : `Athlete ${athleteId} is logged out. The access was revoked at Strava; the data is kept.`,
    );
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

/** @throws UsageError where the daemon would erase the data when Strava reports the revocation. */
function rejectErasing({ config }: Program): void {
  if (config.webhook.onDeauthorization !== 'erase') return;
  throw new UsageError(
    'WEBHOOK_DEAUTHORIZATION is erase: the daemon would erase the data when Strava reports the revocation. Set it to keep and restart the daemon, or use erase.',
  );
}

async function confirm(
  { program, database, athleteId }: AthleteSession,
  { input }: LogoutOptions,
): Promise<void> {
  const question = `This revokes the access of athlete ${athleteId} at Strava and removes the login from ${database.address}. The data stays.\nType ${athleteId} or yes to continue: `;
  const terminal = { input, output: program.stderr, signal: program.signal };
  if (await isConfirmed(terminal, question, [String(athleteId), 'yes'])) return;
  throw new UsageError('Not confirmed. Nothing was revoked and the login is kept.');
}

async function logOutHeld(session: AthleteSession): Promise<void> {
  const { store, application } = session.database;
  // A login since the command began may have moved the athlete.
  await assertOwnAthlete(store, application, session.athleteId);
  await revokeLogin(session, 'The login is kept. Run the same command again later.');
  await deleteLogin(store, application, session.athleteId);
}
