/**
 * `auth`: logs one athlete in at Strava and stores the grant; run once for each athlete.
 */
import { requireClient } from '../../config/client.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { readRedirect } from './redirect.ts';
import { commandDeadlineMs, openDatabase, openStrava } from '../../main.ts';
import { otherLogins } from '../../mongo/tokens/other-applications.ts';
import { saveAthleteSettings } from '../../mongo/athletes/athlete-settings.ts';
import type { Program } from '../../program.ts';
import type { Login } from './athlete.ts';
import { logInWithBrowser, rejected } from './browser-login.ts';
import { logInWithCode } from './code-login.ts';
import type { Input } from './details-offer.ts';
import { offerDetails } from './details-offer.ts';
import { logInWithRefreshToken } from './refresh-token-login.ts';
import { describeLogin } from './report.ts';
import type { LoginSession } from './session.ts';

export interface AuthOptions {
  readonly code?: string;
  readonly redirectUrl?: string;
  readonly refreshToken?: string;
  /** False with `--no-browser`. */
  readonly isBrowserWanted: boolean;
  /** Whether Strava has to ask for every scope again. */
  readonly isForced: boolean;
  /** Whether the details are wanted; undefined asks, where there is a terminal. */
  readonly details?: boolean;
}

type LogIn = (session: LoginSession) => Promise<Login | undefined>;

/**
 * @throws UsageError, ConfigurationError before anything connects; AuthorizationNeededError and
 * ApplicationRejectedError if Strava or the athlete rejects.
 */
export async function auth(
  program: Program,
  options: AuthOptions,
  input?: Input,
): Promise<ExitCode> {
  const logIn = chooseWay(options);
  requireClient(program.config);
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const strava = await openStrava(program, database);
    const session = { program, database, strava };
    const login = await logIn(session);
    if (login === undefined) {
      program.print('Stopped. Nothing was changed.');
      return exitCodes.done;
    }
    const offer = { given: options.details, input };
    const details = await offerDetails(session, login, offer);
    const { store, application } = database;
    await saveAthleteSettings(store, application, program.config.athlete);
    const athleteIds = await database.athletes.athleteIds();
    const others = await otherLogins(store, application);
    const { clientId } = strava;
    const wantedScopes = program.config.strava.scopes;
    program.print(describeLogin({ login, wantedScopes, athleteIds, others, clientId, details }));
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

function chooseWay(options: AuthOptions): LogIn {
  const { code, redirectUrl, refreshToken, isBrowserWanted, isForced } = options;
  const given = [code, redirectUrl, refreshToken].filter((each) => each !== undefined);
  if (given.length > 1) {
    throw new UsageError('Give only one of --code, --redirect-url and --refresh-token.');
  }
  if (given.length > 0 && isForced) {
    throw new UsageError(
      '--force concerns the page of Strava in the browser: give it without --code, --redirect-url and --refresh-token.',
    );
  }
  if (code !== undefined) {
    const login = { code: readWord('--code', code), isBrandNew: false };
    return (session) => logInWithCode(session, login);
  }
  if (redirectUrl !== undefined) {
    const login = readPastedAddress(redirectUrl);
    return (session) => logInWithCode(session, login);
  }
  if (refreshToken !== undefined) {
    const token = readWord('--refresh-token', refreshToken);
    return (session) => logInWithRefreshToken(session, token);
  }
  return (session) => logInWithBrowser(session, { isBrowserWanted, isForced });
}

/** The text is not repeated in a message: it may be a secret in the wrong place. */
function readWord(name: string, text: string): string {
  const word = text.trim();
  if (/^[\w.~-]+$/.test(word)) return word;
  const advice = word.includes('code=') ? '; a whole address goes to --redirect-url' : '';
  throw new UsageError(`${name} takes one word of letters and digits${advice}.`);
}

function readPastedAddress(text: string) {
  const query = new URLSearchParams(/\?([^#]*)/.exec(text)?.[1] ?? '');
  const redirect = readRedirect(query);
  if (redirect === undefined) {
    const advice = query.has('state')
      ? 'it ends before the code, so put it in single quotes: a shell stops at the &'
      : 'it has no code';
    throw new UsageError(
      `--redirect-url takes the whole address that the browser ended at; ${advice}.`,
    );
  }
  if (redirect.kind === 'rejected') throw rejected(redirect.reason);
  const { code, scope } = redirect;
  return { code, ...(scope && { scope }), isBrandNew: false };
}
