/**
 * `saved_routes` and `starred_segments`: what an athlete has put on lists at Strava.
 */
import type { StravaField } from '../field.ts';
import { date, define, int64, object, optional, text } from '../field.ts';

const bookkeeping = object("Domestique's own data about it", {
  athlete_id: int64("the athlete's id", 1_001),
  fetched_at: date('when a list last had it'),
  gone_at: optional(date('when a list first lacked it; the next one that does removes it')),
});

const indexes = [{ name: 'athlete', key: { 'sync.athlete_id': 1 } }];

const ofRoutes: Readonly<Record<string, StravaField>> = {
  id: { type: 'int64', example: '3141592653589793238', meaning: 'beyond 2^53' },
  id_str: { type: 'text', example: '"3141592653589793238"', meaning: 'the same as a text' },
  name: { type: 'text', example: '"Round the lake"', meaning: 'its name' },
  distance: { type: 'number', unit: 'm', example: '28099.3', meaning: 'how long' },
  elevation_gain: { type: 'number', unit: 'm', example: '516.1', meaning: 'meters climbed' },
  type: { type: 'number', example: '1', meaning: '1 for rides, 2 for runs' },
  starred: { type: 'boolean', example: 'true', meaning: 'starred by the athlete' },
  private: { type: 'boolean', example: 'false', meaning: 'only the athlete sees it' },
  map: { type: 'object', example: '{"summary_polyline": "…"}', meaning: 'the way' },
};

const ofSegments: Readonly<Record<string, StravaField>> = {
  id: { type: 'int64', example: '229781', meaning: '`segments._id`' },
  name: { type: 'text', example: '"Hawk Hill"', meaning: 'its name' },
  distance: { type: 'number', unit: 'm', example: '2684.8', meaning: 'how long' },
  average_grade: { type: 'number', unit: '%', example: '5.7', meaning: 'mean gradient' },
  athlete_pr_effort: {
    type: 'object',
    example: '{"pr_elapsed_time": 553}',
    meaning: "the athlete's best effort",
  },
};

export const savedRoutes = define({
  name: 'saved_routes',
  meaning: 'One route that an athlete saved at Strava, with `SYNC_SAVED_ROUTES`.',
  fields: {
    _id: text("the athlete's id and the route's", '1001:3141592653589793238'),
    sync: bookkeeping,
  },
  strava: ofRoutes,
  indexes,
});

export const starredSegments = define({
  name: 'starred_segments',
  meaning: 'One segment that an athlete starred, with `SYNC_STARRED_SEGMENTS`.',
  fields: { _id: text("the athlete's id and the segment's", '1001:229781'), sync: bookkeeping },
  strava: ofSegments,
  indexes,
});
