/**
 * The formats of what concerns Strava and the schedule: the client, the scopes, the start of the
 * history, cron fields and time zones.
 */
import { validate as isCronExpression } from 'node-cron';

import { parseSince, periodExamples } from '../domain/sync/period.ts';
import { reject } from './formats.ts';
import type { Format } from './formats.ts';

/** Where the owner of an application finds its id and secret. */
export const applicationPage = 'https://www.strava.com/settings/api';

/** What stands in `config/secrets.example.json` instead of a secret. */
export const placeholderSecret = 'put-your-client-secret-here';

/** The number of the application. A wrong text is not repeated: it may be the secret. */
export const clientId: Format<string> = (text) =>
  /^\d{1,20}$/.test(text)
    ? { value: text }
    : {
        problem:
          'must be digits only: it is the number called Client ID ' +
          `at ${applicationPage}, not the application's name or secret`,
      };

/** The secret of the application. */
export const clientSecret: Format<string> = (text) => {
  if (text === placeholderSecret) {
    return {
      problem: `is still the placeholder of config/secrets.example.json: put the Client Secret of ${applicationPage} in its place`,
    };
  }
  return /^[\x21-\x7e]+$/.test(text)
    ? { value: text }
    : { problem: `must be one word of plain characters: the Client Secret of ${applicationPage}` };
};

/** See https://developers.strava.com/docs/authentication/#details-about-requesting-access. */
const knownScopes = [
  'read',
  'read_all',
  'profile:read_all',
  'profile:write',
  'activity:read',
  'activity:read_all',
  'activity:write',
];

/** Strava's scopes, between commas; without one to read activities nothing could be mirrored. */
export const scopes: Format<readonly string[]> = (text) => {
  const value = [...new Set(text.split(',').map((scope) => scope.trim()))];
  const unknown = value.find((scope) => !knownScopes.includes(scope));
  if (unknown !== undefined) {
    return reject(`must be scopes of Strava between commas (${knownScopes.join(', ')})`, unknown);
  }
  return value.includes('activity:read') || value.includes('activity:read_all')
    ? { value }
    : reject('must hold activity:read_all or activity:read', text);
};

/** A text for `parseSince`; it is kept as it is, because `90d` depends on the present. */
export const since: Format<string> = (text) =>
  parseSince(text, 0) === undefined
    ? reject(`must be a date or a length of time ago (${periodExamples})`, text)
    : { value: text };

/** Five cron fields, or six with the seconds first. */
export const cronSchedule: Format<string> = (text) => {
  const fieldCount = text.trim().split(/\s+/).length;
  return (fieldCount === 5 || fieldCount === 6) && isCronExpression(text)
    ? { value: text }
    : reject('must be five cron fields, or six with the seconds first', text);
};

/** A name of the IANA time zone database. */
export const timezone: Format<string> = (text) =>
  isTimezone(text)
    ? { value: text }
    : reject('must be the name of a time zone in the IANA database', text);

function isTimezone(text: string): boolean {
  // Intl takes offsets such as +01:00 as well: they know no daylight saving and are no names.
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
