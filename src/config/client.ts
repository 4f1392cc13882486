/**
 * The application's id and secret. Only the commands that talk to Strava need them.
 */
import { commandLine } from '../domain/invocation.ts';
import { ConfigurationError, NotSetUpError } from '../errors.ts';
import type { Config } from './config.ts';
import { applicationPage } from './formats.ts';
import { schema } from './settings.ts';

/** What identifies the application at Strava. */
export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * The client's id and secret.
 *
 * @throws NotSetUpError where both are missing, ConfigurationError that says where to get the missing one and
 * where to put it
 */
export function requireClient(config: Config): Client {
  const { clientId, clientSecret } = config.strava;
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  if (clientId !== undefined) throw new ConfigurationError([missing('clientSecret')]);
  if (clientSecret !== undefined) throw new ConfigurationError([missing('clientId')]);
  const variables = `${schema.strava.clientId.env} and ${schema.strava.clientSecret.env}`;
  throw new NotSetUpError(
    `Not set up yet. Run ${commandLine('init')} for a real account, or ${commandLine('demo')} to look around. ` +
      `Without a terminal, set ${variables}.`,
  );
}

function missing(key: keyof Client): string {
  const { env } = schema.strava[key];
  return (
    `${env}: is not set; get it at ${applicationPage} and run ${commandLine('init')}, ` +
    `or set the variable ${env} (or ${env}_FILE, a file that holds it)`
  );
}
