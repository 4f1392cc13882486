/**
 * The application's id and secret. Only the commands that talk to Strava need them.
 */
import { ConfigurationError } from '../errors.ts';
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
 * @throws ConfigurationError that says where to get what is missing and where to put it
 */
export function requireClient(config: Config): Client {
  const { clientId, clientSecret } = config.strava;
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  throw new ConfigurationError([
    ...(clientId === undefined ? [missing('clientId')] : []),
    ...(clientSecret === undefined ? [missing('clientSecret')] : []),
  ]);
}

function missing(key: keyof Client): string {
  const { env } = schema.strava[key];
  return (
    `${env}: is not set; get it at ${applicationPage} and set the variable ${env} ` +
    `(or ${env}_FILE, a file that holds it), or strava.${key} in config/secrets.json ` +
    '(config/secrets.example.json shows how)'
  );
}
