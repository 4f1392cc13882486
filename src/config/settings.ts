/**
 * The one table of all settings. The schema, the variables, the checks for unknown names, the
 * description for `npm run config` and the README's table are derived from it; the defaults are not
 * here but in `config/default.json`.
 */
import { dayMs, hourMs, secondMs } from '../domain/duration.ts';
import { baseUrl, databaseName, maskMongodbUri, mongodbUri } from './address-formats.ts';
import { logFormats, logLevels } from './config.ts';
import { duration, oneOf, onOff, path, wholeNumber } from './formats.ts';
import type { Format } from './formats.ts';
import {
  applicationPage,
  clientId,
  clientSecret,
  cronSchedule,
  scopes,
  since,
  timezone,
} from './strava-formats.ts';

/** One setting. */
export interface Setting<T> {
  /** The environment variable. */
  readonly name: string;
  /** Its place in a configuration file, keys joined by dots. */
  readonly keyPath: string;
  readonly format: Format<T>;
  /** A right value, for messages. */
  readonly example: string;
  readonly doc: string;
  /** What it means that the setting has no value; a setting without this needs one. */
  readonly unset?: string;
  /** Shows a secret without giving it away; a setting with this is never repeated in a message. */
  readonly mask?: (text: string) => string;
  /** Whether `NAME_FILE` may name a file that holds the value. */
  readonly hasFileVariable?: boolean;
  /** Whether a relative value starts at the project's folder. */
  readonly isPath?: boolean;
}

const maskText = '********';
const port = { least: 1, most: 65_535 };
const count = { least: 1, most: Number.MAX_SAFE_INTEGER };
const windowLength = { leastMs: secondMs, mostMs: 366 * dayMs };

function setting<T>(definition: Setting<T>): Setting<T> {
  return definition;
}

const stravaSettings = {
  clientId: setting({
    name: 'STRAVA_CLIENT_ID',
    keyPath: 'strava.clientId',
    format: clientId,
    example: '12345',
    doc: `The application's Client ID, from ${applicationPage}`,
    unset: 'nothing can be asked of Strava',
    hasFileVariable: true,
  }),
  clientSecret: setting({
    name: 'STRAVA_CLIENT_SECRET',
    keyPath: 'strava.clientSecret',
    format: clientSecret,
    example: '0123456789abcdef0123456789abcdef01234567',
    doc: `The application's Client Secret, from ${applicationPage}`,
    unset: 'nothing can be asked of Strava',
    mask: () => maskText,
    hasFileVariable: true,
  }),
  apiUrl: setting({
    name: 'STRAVA_API_URL',
    keyPath: 'strava.apiUrl',
    format: baseUrl,
    example: 'https://www.strava.com/api/v3',
    doc: "Base address of Strava's API",
  }),
  oauthUrl: setting({
    name: 'STRAVA_OAUTH_URL',
    keyPath: 'strava.oauthUrl',
    format: baseUrl,
    example: 'https://www.strava.com/oauth',
    doc: 'Base address of the login; `/authorize`, `/token` and `/revoke` are under it',
  }),
  scopes: setting({
    name: 'STRAVA_SCOPES',
    keyPath: 'strava.scopes',
    format: scopes,
    example: 'read,activity:read_all',
    doc: 'What a login asks the athlete for, between commas',
  }),
  requestTimeout: setting({
    name: 'STRAVA_TIMEOUT',
    keyPath: 'strava.timeout',
    format: duration({ leastMs: 1, mostMs: hourMs }),
    example: '60s',
    doc: 'How long one request to Strava may take',
  }),
};

const quotaSettings = {
  quotaShort: setting({
    name: 'STRAVA_QUOTA_SHORT',
    keyPath: 'strava.quota.short',
    format: wholeNumber(count),
    example: '200',
    doc: 'Requests in a short window',
  }),
  quotaShortWindow: setting({
    name: 'STRAVA_QUOTA_SHORT_WINDOW',
    keyPath: 'strava.quota.shortWindow',
    format: duration(windowLength),
    example: '15m',
    doc: 'Length of the short window; windows begin at multiples of their length since the epoch, UTC',
  }),
  quotaDaily: setting({
    name: 'STRAVA_QUOTA_DAILY',
    keyPath: 'strava.quota.daily',
    format: wholeNumber(count),
    example: '1000',
    doc: 'Requests in a daily window',
  }),
  quotaDailyWindow: setting({
    name: 'STRAVA_QUOTA_DAILY_WINDOW',
    keyPath: 'strava.quota.dailyWindow',
    format: duration(windowLength),
    example: '24h',
    doc: 'Length of the daily window, no shorter than the short one',
  }),
  isHigherQuotaAllowed: setting({
    name: 'STRAVA_QUOTA_ALLOW_HIGHER',
    keyPath: 'strava.quota.allowHigher',
    format: onOff,
    example: 'true',
    doc: "Whether a limit in Strava's answers that is higher than the one set here is used (a lower one always is)",
  }),
};

const storageSettings = {
  mongodbUri: setting({
    name: 'MONGODB_URI',
    keyPath: 'mongodb.uri',
    format: mongodbUri,
    example: 'mongodb://127.0.0.1:27017',
    doc: "MongoDB's connection string",
    unset: 'the embedded server',
    mask: (text) => maskMongodbUri(text, maskText),
    hasFileVariable: true,
  }),
  mongodbDatabase: setting({
    name: 'MONGODB_DATABASE',
    keyPath: 'mongodb.database',
    format: databaseName,
    example: 'domestique',
    doc: 'Name of the database',
  }),
  mongodbPort: setting({
    name: 'MONGODB_PORT',
    keyPath: 'mongodb.port',
    format: wholeNumber(port),
    example: '27217',
    doc: 'Port of the embedded server, on 127.0.0.1',
  }),
  dataDir: setting({
    name: 'DATA_DIR',
    keyPath: 'dataDir',
    format: path,
    example: './data',
    doc: "Home of the embedded server; a relative path starts at the project's folder",
    isPath: true,
  }),
  leaseDuration: setting({
    name: 'LEASE_DURATION',
    keyPath: 'lease.duration',
    format: duration({ leastMs: 100, mostMs: dayMs }),
    example: '15s',
    doc: 'How long a silent process on another machine is believed to be alive',
  }),
};

const programSettings = {
  since: setting({
    name: 'SYNC_SINCE',
    keyPath: 'sync.since',
    format: since,
    example: '2019-03-01',
    doc: "How far back the daemon's own backfill goes: a year, a month, a day, an RFC 3339 instant, or `90d` ago",
    unset: 'the whole history',
  }),
  schedule: setting({
    name: 'SYNC_SCHEDULE',
    keyPath: 'sync.schedule',
    format: cronSchedule,
    example: '*/15 * * * *',
    doc: 'When the daemon looks for new activities: five cron fields, or six with the seconds first',
  }),
  timezone: setting({
    name: 'SYNC_TIMEZONE',
    keyPath: 'sync.timezone',
    format: timezone,
    example: 'Europe/Vienna',
    doc: 'IANA time zone of the schedule',
  }),
  shouldFetchStreams: setting({
    name: 'SYNC_STREAMS',
    keyPath: 'sync.streams',
    format: onOff,
    example: 'false',
    doc: "Whether the activities' streams are kept besides the list",
  }),
  authPort: setting({
    name: 'AUTH_PORT',
    keyPath: 'auth.port',
    format: wholeNumber({ ...port, least: 0 }),
    example: '8485',
    doc: "Port on which a login's redirect is awaited; 0 is any free one",
  }),
  logLevel: setting({
    name: 'LOG_LEVEL',
    keyPath: 'log.level',
    format: oneOf(logLevels),
    example: 'debug',
    doc: `The least important line to log: ${logLevels.join(', ')}`,
  }),
  logFormat: setting({
    name: 'LOG_FORMAT',
    keyPath: 'log.format',
    format: oneOf(logFormats),
    example: 'json',
    doc: `How lines are logged: ${logFormats.join(', ')}`,
    unset: 'pretty on a terminal, else json',
  }),
};

/** Every setting, to be read by its value's type. */
export const settings = {
  ...stravaSettings,
  ...quotaSettings,
  ...storageSettings,
  ...programSettings,
};

/** Every setting, in the order of the README's table. */
export const allSettings: readonly Setting<unknown>[] = Object.values(settings);
