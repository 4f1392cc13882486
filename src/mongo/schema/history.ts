/**
 * `changes` and `tombstones`: what is not as it was.
 */
import { date, define, int64, list, object, oneOf, optional, text, unchecked } from './field.ts';

export const changes = define({
  name: 'changes',
  meaning: 'One change of an activity at Strava; pruned by age.',
  fields: {
    _id: text('names what was replaced', '12345678901:changed:1714545000000'),
    activity_id: int64('which activity', 12_345_678_901),
    athlete_id: int64('whose it is', 1_001),
    kind: oneOf('what happened', {
      changed: '`fields` are not what they were',
      deleted: 'it is gone at Strava',
    }),
    seen_at: date('when it was seen'),
    name: optional(
      unchecked("the activity's title then", { type: 'any', example: '"Morning Ride"' }),
    ),
    start_date: date("the activity's start"),
    fields: list(
      'what changed; empty for a deletion',
      object('one field', {
        field: text('its name', 'distance'),
        from: optional(
          unchecked('before; absent where there was none', { type: 'any', example: '24931.4' }),
        ),
        to: optional(
          unchecked('after; absent where there is none', { type: 'any', example: '24900.1' }),
        ),
      }),
    ),
  },
  indexes: [
    { name: 'seen', key: { seen_at: -1 } },
    { name: 'activity_seen', key: { activity_id: 1, seen_at: -1 } },
    { name: 'athlete', key: { athlete_id: 1 } },
    { name: 'athlete_seen', key: { athlete_id: 1, seen_at: -1 } },
  ],
});

export const tombstones = define({
  name: 'tombstones',
  meaning: 'One activity that was removed, so that an old copy of it does not come back.',
  fields: {
    _id: int64("Strava's activity id", 12_345_678_901),
    athlete_id: int64('whose it was', 1_001),
    start_date: date("the activity's start"),
    why: oneOf('why it went', {
      deleted: 'it is gone at Strava',
      expired: 'it is older than the retention that is set',
    }),
    at: date('when it went'),
  },
  indexes: [{ name: 'athlete', key: { athlete_id: 1, _id: 1 } }],
});
