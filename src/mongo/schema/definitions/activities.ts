/**
 * `activities`: Strava's record of an activity, with Domestique's own data about it.
 */
import { partIndexes, partRecords, partStates } from '../activity-parts.ts';
import { fetchState } from '../fetch-state.ts';
import {
  date,
  define,
  int64,
  list,
  number,
  object,
  oneOf,
  optional,
  text,
  unchecked,
} from '../field.ts';
import { derived } from './derived.ts';
import { stravaActivity } from './strava-activity.ts';

const streamsState = fetchState('the state of the streams', {
  may_come_until: optional(date('set for a recent upload: until then, "no streams" is not final')),
  sample_count: optional(number('length of each stream', 3_600, 'samples')),
  source: optional(
    oneOf('source of the recording; if absent, the API', {
      export: "a recording of Strava's bulk export",
    }),
  ),
});

const detailsState = fetchState('the state of the details', {});

const missing = fetchState('set when a complete list no longer shows the activity', {
  since: date('when a list first lacked it'),
});

const notification = object('set when `NOTIFY_NEW_ACTIVITY` notified of it', {
  tries: number('attempts to deliver it', 1),
  tried_at: date('when the last one began'),
  delivered_at: optional(date('when it was delivered; absent until then')),
});

const activityBookkeeping = object("Domestique's own data about the activity", {
  athlete_id: int64("the athlete's id", 1_001),
  source: oneOf('source of the summary', {
    list: 'a page of the activity list',
    activity: 'a request for this activity',
    export: "a row of Strava's bulk export",
  }),
  first_seen_at: date('when Domestique first saw it'),
  fetched_at: date('when the current summary was fetched; of an export, when it was made'),
  fingerprint: text('hash of the whole summary', '9c56cc51b374c3ba'),
  recording_hash: text(
    'hash of distance, times and polyline: after a change, the streams are fetched again',
    '0c8f4b7e',
  ),
  detail_hash: optional(
    text(
      'hash of the fields that the details depend on: after a change, they are fetched again',
      '77de68da',
    ),
  ),
  summary_keys: list("the summary's keys", text('a key', 'distance')),
  detail_keys: optional(list("the details' keys", text('a key', 'calories'))),
  notification: optional(notification),
  listed_at: optional(date('start of the last reconcile that saw it')),
  missing: optional(missing),
  confirmed_at: optional(date('when Strava returned it after a list had lacked it')),
  epoch: number('epoch of the lease of the last write', 1_714_545_000_000),
  track_source: optional(
    oneOf('source of `track`; if absent, `map.summary_polyline`', {
      streams: 'the streams (`SYNC_TRACK`)',
      export: "the recording of an export, until Strava's summary comes",
    }),
  ),
  track_left_out: optional(
    oneOf('why there is no `track` although there are positions', {
      'no point on the globe': 'no position is valid',
      'one point': 'all positions are the same',
      'antipodes in a row': 'no line between two opposite points is defined',
      'longer than 8,000 km':
        'the GPS position jumped, and the line has too many cells for the index',
      'not a polyline': 'the polyline cannot be decoded',
      'rejected by MongoDB': 'its index rejects the track',
    }),
  ),
  streams: streamsState,
  details: optional(detailsState),
  ...partStates,
});

const exported = object(
  "what Strava's bulk export says of the activity; nothing from the API changes it",
  {
    archived_at: date('when the export was made'),
    imported_at: date('when it was imported'),
    digest: text(
      'hash of the row and the recording: after a change, they are imported again',
      '5d1c',
    ),
    row: list('the row of `activities.csv` as it came', text('a field', 'Morning Ride')),
    start_date: date('the start'),
    fields: unchecked("the row in the API's names and units", {
      type: 'object',
      example: '{"name": "Morning Ride", "elapsed_time": 4500}',
    }),
    file: optional(text('path of the recording in the export', 'activities/13001.fit.gz')),
    recording: oneOf('what came of the recording', {
      streams: 'it is the recording of the activity',
      none: 'entered by hand, so without one',
      pending: 'it is not usable, and the API is asked; `problem` says why',
    }),
    cut: optional(
      object('the part of the recorded file that is the activity', {
        from_s: number('its start, since the first record', 0, 's'),
        to_s: number('its end, since the first record', 4_500, 's'),
      }),
    ),
    problem: optional(text('what is wrong with the row or the recording', 'the file is empty')),
  },
);

export const activities = define({
  name: 'activities',
  meaning: "One activity: Strava's summary and, with `SYNC_DETAILS`, its details, both unchanged.",
  fields: {
    _id: int64("Strava's activity id", 12_345_678_901),
    start_date: date("Strava's start, as a date"),
    track: optional(
      unchecked(
        'made from `map.summary_polyline` or from the streams; absent if MongoDB cannot index it',
        {
          type: 'GeoJSON LineString',
          unit: 'degrees, longitude first',
          example: '{"type": "LineString", "coordinates": [[16.37, 48.21], [16.38, 48.22]]}',
        },
      ),
    ),
    start_point: optional(
      unchecked('made from `start_latlng`; absent without GPS', {
        type: 'GeoJSON Point',
        unit: 'degrees, longitude first',
        example: '{"type": "Point", "coordinates": [16.37, 48.21]}',
      }),
    ),
    derived: optional(derived),
    export: optional(exported),
    ...partRecords,
    sync: activityBookkeeping,
  },
  strava: stravaActivity,
  indexes: [
    { name: 'athlete_latest', key: { 'sync.athlete_id': 1, start_date: -1, _id: 1 } },
    {
      name: 'streams_due',
      key: { 'sync.athlete_id': 1, 'sync.streams.state': 1, start_date: -1, _id: 1 },
    },
    {
      name: 'details_to_do',
      key: { 'sync.athlete_id': 1, 'sync.details.state': 1, start_date: -1 },
    },
    ...partIndexes,
    {
      name: 'missing',
      key: { 'sync.athlete_id': 1, 'sync.missing.since': 1 },
      partialFilterExpression: { 'sync.missing.since': { $exists: true } },
    },
    // Covers the query for the gear that activities name.
    { name: 'athlete_gear', key: { 'sync.athlete_id': 1, gear_id: 1 } },
    { name: 'sport_start', key: { sport_type: 1, start_date: -1 } },
    // Covers the totals by day, week, month, year and sport.
    {
      name: 'totals',
      key: {
        'sync.athlete_id': 1,
        sport_type: 1,
        'derived.local.date': 1,
        distance: 1,
        moving_time: 1,
        total_elevation_gain: 1,
      },
    },
    {
      name: 'athlete_most_kudos',
      key: { 'sync.athlete_id': 1, kudos_count: -1, start_date: -1, _id: 1 },
    },
    // The hardest climbs.
    {
      name: 'athlete_climb',
      key: { 'sync.athlete_id': 1, 'derived.max_climb_gain': -1, _id: 1 },
      partialFilterExpression: { 'derived.max_climb_gain': { $gt: 0 } },
    },
    // The activities with others.
    {
      name: 'athlete_latest_with_others',
      key: { 'sync.athlete_id': 1, start_date: -1, _id: 1, athlete_count: 1 },
      partialFilterExpression: { athlete_count: { $gt: 1 } },
    },
    {
      name: 'athlete_place',
      key: {
        'sync.athlete_id': 1,
        'derived.place.country_code': 1,
        'derived.place.city': 1,
        start_date: -1,
      },
    },
    // The latest activities of one athlete's sport.
    {
      name: 'athlete_latest_of_sport',
      key: { 'sync.athlete_id': 1, sport_type: 1, start_date: -1, _id: 1 },
    },
    // The efforts on a segment; only details have them.
    {
      name: 'athlete_segment',
      key: { 'sync.athlete_id': 1, 'segment_efforts.segment.id': 1 },
      partialFilterExpression: { 'segment_efforts.segment.id': { $exists: true } },
    },
    { name: 'start_point', key: { start_point: '2dsphere' } },
    // Covers what a route says of its activities.
    {
      name: 'route',
      key: { 'sync.athlete_id': 1, 'derived.route': 1, start_date: 1, moving_time: 1 },
      partialFilterExpression: { 'derived.route': { $exists: true } },
    },
  ],
});

/** The keys of a document that are Domestique's own: a record of Strava's can set none of them. */
export const ownActivityKeys: ReadonlySet<string> = new Set(
  Object.keys(activities.fields).filter((key) => key !== 'start_date'),
);
