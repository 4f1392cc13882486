/**
 * What the program needs to know of its own work: `runs`, `quota`, `leases`, `parked`, `events`, `notices`, `schema`.
 */
import { tries } from './fetch-state.ts';
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
} from './field.ts';

export const runs = define({
  name: 'runs',
  meaning: 'One run of the sync; pruned by age.',
  fields: {
    _id: objectId('of no meaning', '665f1c2ab1e4a3d2c0f1e2d3'),
    reason: oneOf('why it ran', {
      schedule: 'a tick of the schedule',
      start: 'the daemon started',
      command: 'somebody gave a command',
      webhook: 'Strava told of something',
    }),
    command: text('which command', 'sync'),
    host: text('on which machine', 'nas'),
    pid: number('which process', 4_711),
    started_at: date('when it began'),
    ended_at: optional(date('when it ended; absent while it runs, and where it was killed')),
    outcome: optional(
      oneOf('how it ended', {
        done: 'nothing was left to do',
        stopped: 'it was stopped',
        waiting: 'the quota was spent, and it did not wait',
        failed: '`error` says why',
      }),
    ),
    error: optional(text('why it failed', 'Strava has not answered for ten minutes.')),
    error_code: optional(text('its code in docs/errors.md', 'STRAVA_UNAVAILABLE')),
    counts: optional(
      map('what it did, by kind (`requests`, `added`, `streams_stored`, …)', number('so many', 21)),
    ),
  },
  indexes: [{ name: 'started', key: { started_at: -1 } }],
});

const windowKind = oneOf('which window', {
  short: 'of 15 minutes',
  daily: 'of a day, from 00:00 UTC',
});

export const quota = define({
  name: 'quota',
  meaning: "One application's requests, as Strava counts them.",
  fields: {
    _id: text('the client id', '12345'),
    revision: number('grows with each change', 118),
    windows: list(
      'what was counted in each window',
      object('one window', {
        kind: windowKind,
        start: date('when it opened'),
        reserved: number('charged by this program', 42, 'requests'),
        max_foreign: number('spent by other programs, at most', 3, 'requests'),
        min_foreign: number('spent by other programs, at least', 1, 'requests'),
        seen: number("the highest count in Strava's headers", 43, 'requests'),
        is_closed: boolean('Strava said that it is spent', false),
      }),
    ),
    in_flight: list(
      'requests under way',
      object('one request', {
        id: text('its name', '0d9a9a7e'),
        owner: text('the process that asks', 'nas|…'),
        at: date('when it was charged'),
        charges: list(
          'where it was charged',
          object('one window', {
            kind: windowKind,
            start: date('when it opened'),
            settled_before: number('how many were settled before it', 41, 'requests'),
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

export const leases = define({
  name: 'leases',
  meaning: 'Who may work on what; gone seven days after it ran out.',
  fields: {
    _id: text('what is held', 'athlete:1001'),
    owner: optional(text('the holder', '5b1c6e0e-7d6f-4b7e-9a6c-1f2e3d4c5b6a')),
    host: optional(text('its machine', 'nas')),
    pid: optional(number('its number there', 4_711)),
    process: optional(text('what tells it from any other process', 'nas|…')),
    epoch: number('grows with each holder', 1_714_545_000_000),
    acquired_at: optional(date('when it was taken')),
    expires_at: date('when it runs out by itself'),
  },
  indexes: [{ name: 'expiry', key: { expires_at: 1 }, expireAfterSeconds: 7 * 24 * 60 * 60 }],
});

export const parked = define({
  name: 'parked',
  meaning: 'One record that could not be stored.',
  fields: {
    _id: text("the athlete's id and the record's", '1001:12345678901'),
    athlete_id: int64('whose it is', 1_001),
    reason: text('why it was not stored', 'it has no start'),
    record: text('the record as JSON, its beginning where it is long', '{"id":12345678901}'),
    tries: number('how often a list brought it', 1),
    first_seen_at: date('when it came first'),
    last_seen_at: date('when it came last'),
  },
  indexes: [{ name: 'athlete', key: { athlete_id: 1 } }],
});

export const events = define({
  name: 'events',
  meaning: "One activity that Strava's webhook told of; gone after a day.",
  fields: {
    _id: text('names the activity', 'activity:12345678901'),
    activity_id: int64('which activity', 12_345_678_901),
    owner_id: int64('whose it is', 1_001),
    aspect_types: list(
      'what was told since it was last read',
      oneOf('what happened', { create: 'uploaded', update: 'edited', delete: 'deleted' }),
    ),
    event_time: date("when the newest event happened, by Strava's clock"),
    received_at: date('when the newest event came'),
    due_at: optional(date('when it is to be read; absent where there is nothing to do')),
    read_at: optional(date('when it was last asked for')),
    tries,
  },
  indexes: [
    { name: 'owner_due', key: { owner_id: 1, due_at: 1 } },
    { name: 'expiry', key: { received_at: 1 }, expireAfterSeconds: 24 * 60 * 60 },
  ],
});

export const notifications = define({
  name: 'notifications',
  meaning: 'One cause for which the person is told, while it stands; gone when it has ended.',
  fields: {
    _id: text('names the cause', 'authorization:1001'),
    kind: oneOf('what it is', {
      authorization: 'an athlete has to log in again',
      application: 'Strava refuses the application',
      backfill: 'the first backfill of an athlete is complete',
      parked: 'something of an athlete is parked',
      silence: 'nothing succeeded for a day',
    }),
    athlete_id: optional(int64('whom it is about', 1_001)),
    text: text('what is told', 'The first backfill of athlete 1001 is complete.'),
    since: date('when it was seen first'),
    seen_at: date('when its time was last counted'),
    watched_ms: number('how long it was seen to stand, where it has to stand for a while', 0, 'ms'),
    tries: number('how often its delivery was begun', 1),
    delivered_at: optional(date('when it was delivered; absent where it was not')),
  },
});

export const schema = define({
  name: 'schema',
  meaning: 'The version of the database: one document.',
  fields: {
    _id: text('always `database`', 'database'),
    version: number('what shape the documents have', 3),
    updated_at: date('when that was'),
  },
});
