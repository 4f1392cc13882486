/**
 * The application's id and secret, which only the commands that talk to Strava need: everything else
 * works without them.
 */
import { ConfigurationError } from '../errors.ts';
import type { Config } from './config.ts';
import { settings } from './settings.ts';
import type { Setting } from './setting.ts';
import { applicationPage } from './strava-formats.ts';

/** What the application shows to Strava to be known. */
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
    ...(clientId === undefined ? [missing(settings.clientId)] : []),
    ...(clientSecret === undefined ? [missing(settings.clientSecret)] : []),
  ]);
}

function missing({ name, keyPath }: Setting<string>): string {
  return (
    `${name}: is not set; get it at ${applicationPage} and set the variable ${name} ` +
    `(or ${name}_FILE, a file that holds it), or ${keyPath} in config/secrets.json ` +
    '(config/secrets.example.json shows how)'
  );
}
