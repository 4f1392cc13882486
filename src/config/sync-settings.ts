/**
 * The settings of what is fetched, and of how long it is kept.
 */
import { dayMs, minuteMs } from '../domain/duration.ts';
import { trackSources } from '../domain/derived/recorded-track.ts';
import { commandLine } from '../domain/invocation.ts';
import { setting } from './setting.ts';

const interval = { format: 'duration', min: minuteMs, max: 366 * dayMs } as const;
const kept = { format: 'duration', min: dayMs, max: 36_500 * dayMs } as const;

const sync = {
  since: setting({
    env: 'SYNC_SINCE',
    format: 'since',
    example: '2019-03-01',
    doc: "How far back the daemon's default backfill goes",
    unset: 'the whole history',
  }),
  schedule: setting({
    env: 'SYNC_SCHEDULE',
    format: 'cron',
    example: '*/15 * * * *',
    doc: 'When the daemon polls for new activities',
  }),
  timezone: setting({
    env: 'SYNC_TIMEZONE',
    format: 'timezone',
    example: 'Europe/Vienna',
    doc: 'Time zone of the schedule',
  }),
  streams: setting({
    env: 'SYNC_STREAMS',
    format: 'switch',
    example: 'false',
    doc: "Whether to store the activities' streams besides the list",
  }),
  track: setting({
    env: 'SYNC_TRACK',
    format: 'choice',
    choices: trackSources,
    example: 'streams',
    doc: `What an activity's \`track\` is made of: the \`summary\`'s line, or the \`streams\` once they are stored, simplified to at most 1,000 points. \`${commandLine('rebuild')}\` applies a change to stored activities`,
  }),
  details: setting({
    env: 'SYNC_DETAILS',
    format: 'switch',
    example: 'true',
    doc: "Whether to store the activities' details too (description, laps, splits, efforts): one more request an activity",
    unset: `each athlete's answer or import, which \`${commandLine('status')}\` shows with how to change it; else \`false\``,
  }),
  segments: setting({
    env: 'SYNC_SEGMENTS',
    format: 'switch',
    example: 'true',
    doc: 'Whether to store each segment in the details too, with its streams: two requests a segment. This turns `SYNC_DETAILS` on',
  }),
  zones: setting({
    env: 'SYNC_ZONES',
    format: 'switch',
    example: 'true',
    doc: 'Whether to store the time in each zone of an activity as Strava reckons it: one more request an activity. Strava gives it to subscribers only',
  }),
  kudoers: setting({
    env: 'SYNC_KUDOERS',
    format: 'switch',
    example: 'true',
    doc: 'Whether to store who gave kudos: one more request for 200 of them for each activity with kudos, and again when their number changes, at most every six hours',
  }),
  comments: setting({
    env: 'SYNC_COMMENTS',
    format: 'switch',
    example: 'true',
    doc: 'Whether to store the comments: one more request for each activity with comments, and again when their number changes, at most every six hours',
  }),
  photos: setting({
    env: 'SYNC_PHOTOS',
    format: 'choice',
    choices: ['none', 'addresses', 'files'],
    example: 'files',
    doc: "Whether to store the photos' `addresses`, or their `files` too: one more request for each activity with photos, and again when their number changes, at most every six hours. The files themselves cost no requests of the quota",
  }),
  photosFolder: setting({
    env: 'SYNC_PHOTOS_FOLDER',
    format: 'path',
    example: '/srv/photos',
    doc: 'Folder of the photos with `SYNC_PHOTOS=files`',
    unset: '`photos` in `DATA_DIR`',
  }),
  savedRoutes: setting({
    env: 'SYNC_SAVED_ROUTES',
    format: 'switch',
    example: 'true',
    doc: 'Whether to store the routes that the athlete saved at Strava, daily: two requests for up to 200',
  }),
  starredSegments: setting({
    env: 'SYNC_STARRED_SEGMENTS',
    format: 'switch',
    example: 'true',
    doc: 'Whether to store the segments that the athlete starred, daily: two requests for up to 200',
  }),
  sports: setting({
    env: 'SYNC_SPORTS',
    format: 'sports',
    example: 'Run,TrailRun',
    doc: 'The sports whose activities may cost a request of their own, for streams, details and their other parts. Summaries of all sports are stored. What is left out is fetched once its sport is named here',
    unset: 'all sports',
  }),
  athlete: setting({
    env: 'SYNC_ATHLETE',
    format: 'switch',
    example: 'false',
    doc: "Whether to refresh the athlete's profile, zones, totals and gear daily: three requests, and one for each new piece of gear",
  }),
};

/** How often the list is read again, to find changes that fire no event and show on no first page. */
const reconcile = {
  recentInterval: setting({
    env: 'RECONCILE_RECENT_INTERVAL',
    ...interval,
    example: '24h',
    doc: 'How often the list of the last weeks is read again, for late uploads, edits and deletions',
  }),
  recentPeriod: setting({
    env: 'RECONCILE_RECENT_PERIOD',
    format: 'duration',
    min: dayMs,
    max: 3_660 * dayMs,
    example: '60d',
    doc: 'How far back that goes',
  }),
  fullInterval: setting({
    env: 'RECONCILE_FULL_INTERVAL',
    ...interval,
    example: '7d',
    doc: 'How often the whole list is read again: one request for 200 activities',
  }),
};

const retentionDays = setting({
  env: 'RETENTION_DAYS',
  format: 'whole-number',
  min: 1,
  max: 36_500,
  example: '7',
  doc: 'After how many days fetched data is removed again. The sync then reaches back no further',
  unset: 'everything is kept',
});

/** How long records that grow by themselves are kept. */
const keep = {
  changes: setting({
    env: 'KEEP_CHANGES',
    ...kept,
    example: '365d',
    doc: 'How long the history of changes is kept',
  }),
  runs: setting({
    env: 'KEEP_RUNS',
    ...kept,
    example: '90d',
    doc: 'How long the record of the runs is kept',
  }),
};

export const syncSettings = { sync, reconcile, retentionDays, keep };
