/**
 * `activities.derived`: what is computed from the summary and from the recording.
 */
import { commandLine } from '../../../domain/invocation.ts';
import { date, list, number, object, objectId, optional, text } from '../field.ts';

const local = object(
  'the start by the wall clock of its place; absent if `start_date_local` is no time. Of an activity that only an export brought, by the country of `place`, if all of its time zones have one time then',
  {
    date: date('a date whose UTC fields are those of the wall clock', '2024-05-01T08:30:00Z'),
    weekday: number('1 for Monday to 7 for Sunday', 3),
    hour: number('the hour, 0 to 23', 8, 'h'),
    week: text('the ISO week', '2024-W18'),
  },
);

const climb = (kind: string) =>
  object(`one ${kind}`, {
    from_m: number('where it starts, since the start of the recording', 2_000, 'm'),
    to_m: number('where it ends', 7_000, 'm'),
    from_index: number('the sample at its start, as an index into the streams', 400),
    to_index: number('the sample at its end', 1_400),
    length: number('its length', 5_000, 'm'),
    gain: number('the metres between its ends', 350.2, 'm'),
    gradient: number('mean gradient', 7, '%'),
    steepest: number('gradient of the steepest 100 m', 11.3, '%'),
    category: number(
      "as in Strava's `climb_category`: 0 for none, 1 for category 4, up to 4 for category 1 and 5 for HC",
      3,
    ),
    seconds: number('elapsed time, pauses included', 1_000, 's'),
  });

const place = object(
  'the populated place nearest to the start, by GeoNames (CC BY 4.0); absent without GPS, or farther than 50 km from all',
  {
    city: text('its name; in a large city, often the district', 'Vienna'),
    region: optional(text('the state, province or region', 'Vienna')),
    country: text('the country, in English', 'Austria'),
    country_code: text('the country in ISO 3166-1', 'AT'),
  },
);

export const derived = object(
  `values computed from the summary (\`local\`, \`place\`) and from the streams; \`${commandLine('rebuild')}\` recomputes them`,
  {
    local: optional(local),
    route: optional(
      objectId(
        'the route that its track follows; absent without a track',
        '665f1c2ab7e8a90012345678',
      ),
    ),
    place: optional(place),
    version: optional(
      number('version of the computation from the streams; absent without streams', 3),
    ),
    best_distance: optional(
      list(
        'the shortest time over each distance',
        object('one distance', {
          meters: number('the distance', 5_000, 'm'),
          seconds: number('the shortest time', 1_254.5, 's'),
        }),
      ),
    ),
    best_power: optional(
      list(
        'the highest mean power over each of forty durations from 1 s to 5 h',
        object('one duration', {
          seconds: number('the duration', 1_200, 's'),
          watts: number('the mean power', 243.7, 'W'),
        }),
      ),
    ),
    best_heartrate: optional(
      list(
        'the highest mean heart rate over each of those durations',
        object('one duration', {
          seconds: number('the duration', 1_200, 's'),
          bpm: number('the mean heart rate', 168.2, 'beats/min'),
        }),
      ),
    ),
    best_time: optional(
      list(
        'the longest distance in each duration',
        object('one duration', {
          seconds: number('the duration', 3_600, 's'),
          meters: number('the longest distance', 13_204.2, 'm'),
        }),
      ),
    ),
    heartrate_seconds: optional(
      list(
        'time at each heart rate, in steps of five beats',
        object('one step', {
          bpm: number('lowest heart rate of the step', 140, 'beats/min'),
          seconds: number('time in the step', 311, 's'),
        }),
      ),
    ),
    cells: optional(
      list(
        'the cells of a grid of 0.001 degrees that the recording passes, for a heat map',
        number(
          'samples in the cell × 2^36 + column × 180001 + row; the columns count from 180° west, the rows from the South Pole, and samples beyond 131,071 do not count',
          1203578219091,
        ),
      ),
    ),
    climbs: optional(list('the twenty largest climbs, in their order', climb('climb'))),
    descents: optional(
      list('the twenty largest descents, with positive metres and per cent', climb('descent')),
    ),
    gradient_meters: optional(
      list(
        'the metres that rise by 2 % or more, in steps of 2 %',
        object('one step', {
          percent: number('lowest gradient of the step; the last one, 48, has no end', 8, '%'),
          meters: number('metres in the step', 1_230, 'm'),
        }),
      ),
    ),
    max_climb_gain: optional(number('the largest gain of a climb; absent without one', 350.2, 'm')),
    max_heartrate: optional(number('highest heart rate', 183, 'beats/min')),
    max_watts: optional(number('highest power', 812, 'W')),
  },
);
