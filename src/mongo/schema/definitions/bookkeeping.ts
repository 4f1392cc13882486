/**
 * Domestique's own collections: `runs`, `quota`, `workers`, `leases`, `parked`, `events`, `notifications`, `schema`.
 */
import { tries } from '../fetch-state.ts';
import {
  boolean,
  date,
  define,
  int64,
  list,
  map,
  number,
  object,
  objectId,
  oneOf,
  optional,
  text,
} from '../field.ts';

export const runs = define({
  name: 'runs',
  meaning: 'One run of the sync; pruned by age.',
  fields: {
    _id: objectId('an arbitrary id', '665f1c2ab1e4a3d2c0f1e2d3'),
    reason: oneOf('what started it', {
      schedule: 'the schedule',
      start: 'the start of the daemon',
      command: 'a command',
      webhook: 'a webhook event',
      takeover: 'another process died while it held athletes',
    }),
    command: text('the command', 'sync'),
    client_id: optional(text("the application's client id", '12345')),
    host: text('the host', 'nas'),
    pid: number('the process id', 4_711),
    started_at: date('when it began'),
    ended_at: optional(date('when it ended; absent while it runs and after it was killed')),
    outcome: optional(
      oneOf('how it ended', {
        done: 'nothing was left to do',
        stopped: 'it was stopped',
        waiting: 'the quota was spent, and the run did not wait',
        failed: '`error` says why',
      }),
    ),
    error: optional(text('why it failed', 'Strava has sent no usable response for ten minutes.')),
    error_code: optional(text('its code in docs/errors.md', 'STRAVA_UNAVAILABLE')),
    counts: optional(
      map(
        'its counts, by kind (`requests`, `added`, `streams_stored`, `busy_seconds`, …)',
        number('the count', 21),
      ),
    ),
  },
  indexes: [{ name: 'started', key: { started_at: -1 } }],
});

const windowKind = oneOf('the window', {
  short: 'of 15 minutes',
  daily: 'of a day, from 00:00 UTC',
});

export const quota = define({
  name: 'quota',
  meaning: "One application's requests, as Strava counts them.",
  fields: {
    _id: text('the client id', '12345'),
    revision: number('increases with each change', 118),
    windows: list(
      'the counts of each window',
      object('one window', {
        kind: windowKind,
        start: date('when it opened'),
        reserved: number('charged by Domestique', 42, 'requests'),
        max_foreign: number('spent by other programs, at most', 3, 'requests'),
        min_foreign: number('spent by other programs, at least', 1, 'requests'),
        seen: number("the highest count in Strava's headers", 43, 'requests'),
        is_closed: boolean('Strava reported that it is spent', false),
      }),
    ),
    in_flight: list(
      'requests in flight',
      object('one request', {
        id: text('its id', '0d9a9a7e'),
        owner: text('the process that sent it', 'nas|…'),
        at: date('when it was charged'),
        charges: list(
          'the windows that it was charged to',
          object('one window', {
            kind: windowKind,
            start: date('when it opened'),
            settled_before: number('requests settled before it', 41, 'requests'),
          }),
        ),
      }),
    ),
    observed: object("the limits in Strava's headers", {
      short: optional(number('of the short window', 200, 'requests')),
      daily: optional(number('of the daily window', 1_000, 'requests')),
    }),
  },
});

export const workers = define({
  name: 'workers',
  meaning:
    'One process that holds leases or shares athletes, or one running daemon; deleted when it stops, and seven days after it expires.',
  fields: {
    _id: text('a random id, never used again', '5b1c6e0e-7d6f-4b7e-9a6c-1f2e3d4c5b6a'),
    host: text('its host', 'nas'),
    pid: number('its process id', 4_711),
    process: text('a unique name of the process', 'nas|…'),
    started_at: date('when it acquired its first lease, or when the daemon started'),
    expires_at: date('when it expires, with all its leases, unless it is renewed'),
    shares: optional(text('the client id of the application whose athletes it shares', '12345')),
    athletes: optional(number('athletes with work that it holds', 10)),
    daemon_of: optional(
      text('the client id whose running daemon it is; such a document holds no lease', '12345'),
    ),
    page_url: optional(
      text("where that daemon serves the page to its machine's browsers", 'http://127.0.0.1:8486'),
    ),
  },
  indexes: [{ name: 'expiry', key: { expires_at: 1 }, expireAfterSeconds: 7 * 24 * 60 * 60 }],
});

export const leases = define({
  name: 'leases',
  meaning:
    'One lease, which lets a single process work on something; deleted seven days after its release.',
  fields: {
    _id: text('the object of the lease', 'athlete:1001'),
    owner: optional(
      text(
        'the worker that holds it; free if absent, or if that worker is gone',
        '5b1c6e0e-7d6f-4b7e-9a6c-1f2e3d4c5b6a',
      ),
    ),
    epoch: number('increases with each holder', 1_714_545_000_000),
    acquired_at: optional(date('when it was acquired')),
    released_at: optional(date('when it was released')),
  },
  indexes: [
    { name: 'owner', key: { owner: 1 } },
    { name: 'released', key: { released_at: 1 }, expireAfterSeconds: 7 * 24 * 60 * 60 },
  ],
});

export const parked = define({
  name: 'parked',
  meaning: 'One record that could not be stored.',
  fields: {
    _id: text('the ids of the athlete and the record', '1001:12345678901'),
    athlete_id: int64("the athlete's id", 1_001),
    reason: text('why it was not stored', 'it has no start'),
    record: text('the record as JSON, truncated if it is long', '{"id":12345678901}'),
    tries: number('how often a list contained it', 1),
    first_seen_at: date('when it was first seen'),
    last_seen_at: date('when it was last seen'),
  },
  indexes: [{ name: 'athlete', key: { athlete_id: 1 } }],
});

export const events = define({
  name: 'events',
  meaning:
    'One activity with webhook events, or one request of `sync --activity`; deleted after a day.',
  fields: {
    _id: text(
      'identifies the activity; of a request `request:` and its id',
      'activity:12345678901',
    ),
    activity_id: int64("the activity's id", 12_345_678_901),
    owner_id: int64("the athlete's id", 1_001),
    aspect_types: list(
      'what the events since the last request reported',
      oneOf('what happened', { create: 'uploaded', update: 'edited', delete: 'deleted' }),
    ),
    event_time: date("time of the newest event, by Strava's clock"),
    received_at: date('when the newest event arrived'),
    due_at: optional(date('when the activity is to be fetched; absent if there is nothing to do')),
    read_at: optional(date('when the activity was last requested')),
    requested_at: optional(
      date('of a request only: when it was made; with `read_at`, only its streams are still due'),
    ),
    error: optional(text('of a request only: why it failed', 'Strava knows no such activity.')),
    missed_at: optional(
      list('when a request found no such activity at Strava', date('when it was sent')),
    ),
    unchanged_at: optional(
      list('when a request for the stored activity brought nothing new', date('when it was sent')),
    ),
    tries,
  },
  indexes: [
    { name: 'owner_due', key: { owner_id: 1, due_at: 1 } },
    { name: 'expiry', key: { received_at: 1 }, expireAfterSeconds: 24 * 60 * 60 },
  ],
});

export const notifications = define({
  name: 'notifications',
  meaning: 'One condition that Domestique notifies you about; deleted when it ends.',
  fields: {
    _id: text('identifies the application and the condition', '12345:authorization:1001'),
    client_id: text("the application's client id", '12345'),
    kind: oneOf('the kind of condition', {
      authorization: 'an athlete has to log in again',
      application: 'Strava rejects the application',
      backfill: 'the first backfill of an athlete is complete',
      parked: 'an item of an athlete is parked',
      failing: 'the last two runs failed',
      silence: 'nothing succeeded for a day',
      polls: 'the quota does not carry the polls of all athletes',
    }),
    athlete_id: optional(int64('the athlete concerned', 1_001)),
    text: text('the message', 'The first backfill of athlete 1001 is complete.'),
    since: date('when it was first seen'),
    seen_at: date('when `watched_ms` was last updated'),
    watched_ms: number(
      'how long it has lasted, for a condition that has to last for a while',
      0,
      'ms',
    ),
    tries: number('attempts to deliver it', 1),
    delivered_at: optional(date('when it was delivered; absent until then')),
  },
});

export const schema = define({
  name: 'schema',
  meaning: 'The version of the database: one document.',
  fields: {
    _id: text('always `database`', 'database'),
    version: number('version of the schema', 1),
    updated_at: date('when the version was written'),
  },
});
