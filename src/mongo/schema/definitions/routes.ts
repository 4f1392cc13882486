/**
 * `routes`: the ways that an athlete took more or less often. Each activity names its route in
 * `derived.route`; what a route says of its activities is computed from them.
 */
import {
  date,
  define,
  int64,
  list,
  number,
  objectId,
  optional,
  text,
  unchecked,
} from '../field.ts';

export const routes = define({
  name: 'routes',
  meaning:
    'One way that an athlete took with one sport: the activities that name it in `derived.route` follow the same track in the same direction, 85 % of each within 50 m. While `stale` is set, it is being computed from them.',
  fields: {
    _id: objectId('identifies the route', '665f1c2ab7e8a90012345678'),
    athlete_id: int64("the athlete's id", 1_001),
    sport_type: text('the sport of all its activities', 'Ride'),
    activity_id: int64(
      'the activity whose track stands for all: the first that was found',
      12_345_678_901,
    ),
    name: optional(text("that activity's name", 'Morning Ride')),
    track: unchecked("that activity's track", {
      type: 'GeoJSON LineString',
      unit: 'degrees, longitude first',
      example: '{"type": "LineString", "coordinates": [[16.37, 48.21], [16.38, 48.22]]}',
    }),
    start_point: unchecked("the track's first point", {
      type: 'GeoJSON Point',
      unit: 'degrees, longitude first',
      example: '{"type": "Point", "coordinates": [16.37, 48.21]}',
    }),
    length: number("the track's length", 24_120.5, 'm'),
    distance: optional(number("that activity's distance", 24_931.4, 'm')),
    total_elevation_gain: optional(number("that activity's climbing", 312, 'm')),
    cells: list(
      'the cells of a grid of some 1.1 km that the track passes',
      number('row × 36,000 + column, from the South Pole and from 180° west', 497_504_319),
    ),
    count: number('how many activities there are', 42),
    first_at: optional(date('start of the first one')),
    last_at: optional(date('start of the last one')),
    best_moving_time: optional(number('the shortest moving time', 3_012, 's')),
    usual_moving_time: optional(number('the median moving time', 3_310, 's')),
    epoch: number('epoch of the lease of the last write', 1_714_545_000_000),
    stale: optional(
      objectId(
        'set by a write of one of its activities, until the route is computed from them again',
        '665f1c2ab7e8a90012345679',
      ),
    ),
  },
  indexes: [
    // The routes that a track may follow.
    {
      name: 'athlete_cells',
      key: { athlete_id: 1, sport_type: 1, cells: 1, length: 1 },
    },
    { name: 'athlete_most_travelled', key: { athlete_id: 1, count: -1, last_at: -1, _id: 1 } },
    {
      name: 'stale',
      key: { athlete_id: 1, stale: 1 },
      partialFilterExpression: { stale: { $exists: true } },
    },
    { name: 'start_point', key: { start_point: '2dsphere', athlete_id: 1 } },
  ],
});
