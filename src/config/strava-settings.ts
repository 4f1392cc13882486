/**
 * The settings of the application at Strava, and of the requests to it.
 */
import { dayMs, hourMs, secondMs } from '../domain/duration.ts';
import { applicationPage } from './formats.ts';
import { setting } from './setting.ts';

const windowLength = { format: 'duration', min: secondMs, max: 366 * dayMs } as const;

const quota = {
  short: setting({
    env: 'STRAVA_QUOTA_SHORT',
    format: 'whole-number',
    min: 1,
    example: '200',
    doc: 'Requests in a short window',
  }),
  shortWindow: setting({
    env: 'STRAVA_QUOTA_SHORT_WINDOW',
    ...windowLength,
    example: '15m',
    doc: 'Length of the short window. Windows begin at multiples of their length since the epoch, UTC',
  }),
  daily: setting({
    env: 'STRAVA_QUOTA_DAILY',
    format: 'whole-number',
    min: 1,
    example: '1000',
    doc: 'Requests in a daily window',
  }),
  dailyWindow: setting({
    env: 'STRAVA_QUOTA_DAILY_WINDOW',
    ...windowLength,
    example: '24h',
    doc: 'Length of the daily window, no shorter than the short one',
  }),
  allowHigher: setting({
    env: 'STRAVA_QUOTA_ALLOW_HIGHER',
    format: 'switch',
    example: 'true',
    doc: "Whether to use a limit in Strava's responses that is higher than the one set here (a lower one is always used)",
  }),
};

export const strava = {
  clientId: setting({
    env: 'STRAVA_CLIENT_ID',
    format: 'client-id',
    example: '12345',
    doc: `The application's Client ID, from ${applicationPage}`,
    unset: 'no requests to Strava',
    hasFileVariable: true,
  }),
  clientSecret: setting({
    env: 'STRAVA_CLIENT_SECRET',
    format: 'client-secret',
    example: '0123456789abcdef0123456789abcdef01234567',
    doc: `The application's Client Secret, from ${applicationPage}`,
    unset: 'no requests to Strava',
    sensitive: true,
    hasFileVariable: true,
  }),
  apiUrl: setting({
    env: 'STRAVA_API_URL',
    format: 'base-url',
    example: 'https://www.strava.com/api/v3',
    doc: "Base address of Strava's API",
  }),
  oauthUrl: setting({
    env: 'STRAVA_OAUTH_URL',
    format: 'base-url',
    example: 'https://www.strava.com/oauth',
    doc: 'Base address of the login; `/authorize`, `/token` and `/revoke` are under it',
  }),
  scopes: setting({
    env: 'STRAVA_SCOPES',
    format: 'scopes',
    example: 'read,activity:read_all',
    doc: 'The scopes that a login requests from the athlete',
  }),
  timeout: setting({
    env: 'STRAVA_TIMEOUT',
    format: 'duration',
    min: 1,
    max: hourMs,
    example: '60s',
    doc: 'How long one request to Strava may take',
  }),
  streamsMaxMegabytes: setting({
    env: 'STRAVA_STREAMS_MAX_MB',
    format: 'whole-number',
    min: 1,
    max: 500,
    example: '128',
    doc: 'How many megabytes of JSON the streams of one activity may have; 48 hours with all streams are about 20. Larger ones are parked',
  }),
  quota,
};
