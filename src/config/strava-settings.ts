/**
 * The settings of the application at Strava, and of its quota.
 */
import { dayMs, hourMs, secondMs } from '../domain/duration.ts';
import { baseUrl } from './address-formats.ts';
import { duration, onOff, wholeNumber } from './formats.ts';
import { maskText, setting } from './setting.ts';
import { applicationPage, clientId, clientSecret, scopes } from './strava-formats.ts';

const count = { least: 1, most: Number.MAX_SAFE_INTEGER };
const windowLength = { minMs: secondMs, maxMs: 366 * dayMs };

export const stravaSettings = {
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
    format: duration({ minMs: 1, maxMs: hourMs }),
    example: '60s',
    doc: 'How long one request to Strava may take',
  }),
};

export const quotaSettings = {
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
