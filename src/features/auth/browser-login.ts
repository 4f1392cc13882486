/**
 * The login in the browser: prints the address, awaits Strava's redirect, and shows the browser how it
 * ended.
 */
import { randomBytes } from 'node:crypto';
import { platform } from 'node:os';
import { missingScopes } from '../../domain/auth/scope.ts';
import { applicationPage } from '../../config/formats.ts';
import { commandLine } from '../../domain/invocation.ts';
import { AuthorizationNeededError, DomestiqueError } from '../../errors.ts';
import { daemonPage } from '../shared/daemon-page.ts';
import { openBrowser } from '../shared/open-browser.ts';
import type { Arrival } from './listener.ts';
import { listenForRedirect } from './listener.ts';
import type { Login } from './athlete.ts';
import { logInWithCode } from './code-login.ts';
import type { Redirect } from './redirect.ts';
import { nameOf } from './report.ts';
import type { LoginSession } from './session.ts';

export interface BrowserLoginOptions {
  /** Whether a browser is opened here. */
  readonly isBrowserWanted: boolean;
  /** Whether Strava has to ask for every scope again; it has to anyway where a login lacks one. */
  readonly isForced: boolean;
}

/**
 * Undefined when it was stopped before a response came.
 * @throws AuthorizationNeededError for a rejection, ConfigurationError for a busy port.
 */
export async function logInWithBrowser(
  session: LoginSession,
  { isBrowserWanted, isForced: isForcedByUser }: BrowserLoginOptions,
): Promise<Login | undefined> {
  const { config, env, isTerminal, print, signal } = session.program;
  const state = randomBytes(24).toString('base64url');
  const listener = await listenForRedirect({ port: config.auth.port, state });
  try {
    const { redirectUri } = listener;
    const { scopes } = config.strava;
    const isForced = isForcedByUser || (await lacksScope(session));
    const url = session.strava.oauth.authorizeUrl({ redirectUri, scopes, state, isForced });
    print(invitation(url, redirectUri));
    if (isBrowserWanted) openBrowser(url, { platform: platform(), env, isTerminal });
    const arrival = await listener.arrival(signal);
    return arrival && (await complete(session, arrival));
  } finally {
    await listener.close();
  }
}

/** Whether a login of the application lacks a scope: who logs in next is not known before. */
async function lacksScope({ program, database }: LoginSession): Promise<boolean> {
  const { scopes } = program.config.strava;
  for (const athleteId of await database.athletes.athleteIds()) {
    const scope = (await database.tokens.load(athleteId))?.scope;
    if (scope !== undefined && missingScopes(scopes, scope).length > 0) return true;
  }
  return false;
}

function invitation(url: string, redirectUri: string): string {
  return [
    'Open this address in a browser and allow the access:',
    '',
    url,
    '',
    `Waiting for the response on ${redirectUri} (Ctrl-C stops it).`,
    'If that browser runs on another machine, its last page cannot be shown there; give its address here, in another terminal:',
    `  ${commandLine('auth', '--redirect-url', "'ADDRESS'")}`,
    `If Strava shows an error instead, see ${applicationPage}: for an invalid redirect_uri set the Authorization Callback Domain to localhost; for a limit of connected athletes raise the limit.`,
  ].join('\n');
}

async function complete(session: LoginSession, arrival: Arrival): Promise<Login> {
  try {
    const login = await accept(session, arrival.redirect);
    const next = await findPage(session);
    const sentence = `Logged in as ${nameOf(login)}. ${goOn(next)}`;
    await arrival.show({ status: 200, heading: 'Logged in', sentence, next });
    return login;
  } catch (error) {
    const reason = error instanceof DomestiqueError ? error.message : 'See the terminal.';
    await arrival.show({ status: 400, heading: 'Not logged in', sentence: reason });
    throw error;
  }
}

/** The login is stored: nothing that fails from here on makes it fail. */
async function findPage({ program, database }: LoginSession): Promise<string | undefined> {
  try {
    return await daemonPage(program, database);
  } catch (error) {
    if (!(error instanceof DomestiqueError)) throw error;
    return undefined;
  }
}

function goOn(page: string | undefined): string {
  return page === undefined
    ? `You can close this page. To sync, run: ${commandLine('start')}. The page with your activities is then opened by: ${commandLine('page')}`
    : 'Go on to the page with your activities:';
}

async function accept(session: LoginSession, redirect: Redirect): Promise<Login> {
  if (redirect.kind === 'rejected') throw rejected(redirect.reason);
  const { code, scope } = redirect;
  return logInWithCode(session, { code, ...(scope && { scope }), isBrandNew: true });
}

export function rejected(reason: string): AuthorizationNeededError {
  return new AuthorizationNeededError(
    `${reason} Nothing was stored. To try again, run: ${commandLine('auth')}`,
  );
}
