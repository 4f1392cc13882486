/**
 * The settings of what is fetched, when, and how far back it is kept.
 */
import { dayMs, minuteMs } from '../domain/duration.ts';
import { trackSources } from '../domain/derived/recorded-track.ts';
import { duration, oneOf, onOff, wholeNumber } from './formats.ts';
import { setting } from './setting.ts';
import { cronSchedule, since, timezone } from './strava-formats.ts';

const interval = { minMs: minuteMs, maxMs: 366 * dayMs };

export const syncSettings = {
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
  trackSource: setting({
    name: 'SYNC_TRACK',
    keyPath: 'sync.track',
    format: oneOf(trackSources),
    example: 'streams',
    doc: "What the activities' `track` is made of: the `summary`'s line, or the `streams` once they are stored, simplified to at most 1,000 points. `npm run rebuild` applies a change to what is stored",
  }),
  shouldFetchDetails: setting({
    name: 'SYNC_DETAILS',
    keyPath: 'sync.details',
    format: onOff,
    example: 'true',
    doc: "Whether the activities' details are kept too (description, laps, splits, efforts): one more request an activity",
  }),
  shouldFetchSegments: setting({
    name: 'SYNC_SEGMENTS',
    keyPath: 'sync.segments',
    format: onOff,
    example: 'true',
    doc: 'Whether each segment met in the details is kept too, with its streams: two requests a segment; the details that name them are kept then, whatever `SYNC_DETAILS` says',
  }),
  shouldFetchAthlete: setting({
    name: 'SYNC_ATHLETE',
    keyPath: 'sync.athlete',
    format: onOff,
    example: 'false',
    doc: "Whether the athlete's profile, zones, totals and gear are refreshed daily: three requests, and one for each new piece of gear",
  }),
};

/** How often the list is read again, for what fires no event and shows on no first page. */
export const reconcileSettings = {
  recentInterval: setting({
    name: 'RECONCILE_RECENT_INTERVAL',
    keyPath: 'reconcile.recentInterval',
    format: duration(interval),
    example: '24h',
    doc: 'How often the list of the last weeks is read again, for late uploads, edits and deletions',
  }),
  recentPeriod: setting({
    name: 'RECONCILE_RECENT_PERIOD',
    keyPath: 'reconcile.recentPeriod',
    format: duration({ minMs: dayMs, maxMs: 3_660 * dayMs }),
    example: '60d',
    doc: 'How far back that goes',
  }),
  fullInterval: setting({
    name: 'RECONCILE_FULL_INTERVAL',
    keyPath: 'reconcile.fullInterval',
    format: duration(interval),
    example: '7d',
    doc: 'How often the whole list is read again: one request for 200 activities',
  }),
};

export const retentionSettings = {
  retentionDays: setting({
    name: 'RETENTION_DAYS',
    keyPath: 'retentionDays',
    format: wholeNumber({ least: 1, most: 36_500 }),
    example: '7',
    doc: 'After how many days what was fetched is removed again; the sync then reaches back no further',
    unset: 'everything is kept',
  }),
};
