/**
 * `activities`: Strava's record of an activity, and what is kept beside it.
 */
import { fetchState } from './fetch-state.ts';
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
} from './field.ts';
import { stravaActivity } from './strava-activity.ts';

export const streamsState = fetchState('what became of the streams', {
  may_come_until: optional(date('uploaded late: until then "no streams" is not final')),
  sample_count: optional(number('how long each stream is', 3_600, 'samples')),
});

export const detailsState = fetchState('what became of the details', {});

export const missing = fetchState('a complete list does not show the activity any more', {
  since: date('when that was seen'),
});

export const activityBookkeeping = object('what this program remembers of the activity', {
  athlete_id: int64('whose it is', 1_001),
  source: oneOf('what the summary was read from', {
    list: 'a page of the list',
    activity: 'a request of its own',
  }),
  first_seen_at: date('when it was first seen'),
  fetched_at: date('when the summary as it stands was fetched'),
  fingerprint: text('of the whole summary', '9c56cc51b374c3ba'),
  recording_hash: text(
    'of distance, times and polyline: a change asks for the streams again',
    '0c8f4b7e',
  ),
  detail_hash: optional(
    text('of what the details depend on: a change asks for them again', '77de68da'),
  ),
  summary_keys: list("the summary's keys", text('a key', 'distance')),
  detail_keys: optional(list("the details' keys", text('a key', 'calories'))),
  listed_at: optional(date('when the last reconcile began that saw it')),
  missing: optional(missing),
  confirmed_at: optional(date('when Strava showed it after a list had missed it')),
  epoch: number('the lease under which it was written last', 1_714_545_000_000),
  track_source: optional(
    oneOf('what `track` was made of; absent: of `map.summary_polyline`', {
      streams: 'of the streams (`SYNC_TRACK`)',
    }),
  ),
  track_left_out: optional(
    oneOf('why there are positions and no `track`', {
      'no point on the globe': 'each lies beyond it',
      'one point': 'or the same one all the time',
      'antipodes in a row': 'between them no line is defined',
      'longer than half the equator': 'the receiver jumped, and the index does not take it',
      'not a polyline': 'the polyline cannot be decoded',
      'rejected by MongoDB': 'its index does not take the track',
    }),
  ),
  streams: streamsState,
  details: optional(detailsState),
});

export const derived = object(
  'computed once from the streams; `npm run rebuild` computes it again',
  {
    version: number('of the computation', 1),
    best_distance: list(
      'the fastest over each distance',
      object('one distance', {
        meters: number('the distance', 5_000, 'm'),
        seconds: number('the shortest time', 1_254.5, 's'),
      }),
    ),
    best_power: list(
      'the highest mean power over each time',
      object('one time', {
        seconds: number('the time', 1_200, 's'),
        watts: number('the mean power', 243.7, 'W'),
      }),
    ),
    best_time: list(
      'the farthest in each time',
      object('one time', {
        seconds: number('the time', 3_600, 's'),
        meters: number('the longest distance', 13_204.2, 'm'),
      }),
    ),
    heartrate_seconds: list(
      'how long the heart beat at each rate, in steps of five',
      object('one step', {
        bpm: number('its lowest rate', 140, 'beats/min'),
        seconds: number('how long', 311, 's'),
      }),
    ),
    cells: list(
      'the cells of a grid of a thousandth of a degree that the recording passes, for a heat map',
      object('one cell', {
        lng: number('longitude of its centre', 16.371, 'degrees'),
        lat: number('latitude of its centre', 48.208, 'degrees'),
        samples: number('so many in it', 17, 'samples'),
      }),
    ),
    max_heartrate: optional(number('the highest', 183, 'beats/min')),
    max_watts: optional(number('the highest', 812, 'W')),
  },
);

export const activities = define({
  name: 'activities',
  meaning: "One activity: Strava's summary (and details, with `SYNC_DETAILS`) as it came.",
  fields: {
    _id: int64("Strava's activity id", 12_345_678_901),
    start_date: date("Strava's start, lifted to a date"),
    track: optional(
      unchecked(
        'made of `map.summary_polyline`, or of the streams; absent where MongoDB could not index it',
        {
          type: 'GeoJSON LineString',
          unit: 'degrees, longitude first',
          example: '{"type": "LineString", "coordinates": [[16.37, 48.21], [16.38, 48.22]]}',
        },
      ),
    ),
    start_point: optional(
      unchecked('made of `start_latlng`; absent without GPS', {
        type: 'GeoJSON Point',
        unit: 'degrees, longitude first',
        example: '{"type": "Point", "coordinates": [16.37, 48.21]}',
      }),
    ),
    derived: optional(derived),
    sync: activityBookkeeping,
  },
  strava: stravaActivity,
  indexes: [
    { name: 'athlete_start', key: { 'sync.athlete_id': 1, start_date: -1 } },
    {
      name: 'streams_to_do',
      key: { 'sync.athlete_id': 1, 'sync.streams.state': 1, start_date: -1 },
    },
    {
      name: 'details_to_do',
      key: { 'sync.athlete_id': 1, 'sync.details.state': 1, start_date: -1 },
    },
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
        start_date_local: 1,
        distance: 1,
        moving_time: 1,
        total_elevation_gain: 1,
      },
    },
    // The latest activities of one athlete's sport.
    { name: 'athlete_sport', key: { 'sync.athlete_id': 1, sport_type: 1, start_date: -1 } },
    { name: 'track', key: { track: '2dsphere' } },
    { name: 'start_point', key: { start_point: '2dsphere' } },
  ],
});
