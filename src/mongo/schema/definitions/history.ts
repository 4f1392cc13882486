/**
 * `changes` and `tombstones`: the changed and the removed activities.
 */
import { date, define, int64, list, object, oneOf, optional, text, unchecked } from '../field.ts';

export const changes = define({
  name: 'changes',
  meaning: 'One change of an activity at Strava; pruned by age.',
  fields: {
    _id: text('identifies the replaced version', '12345678901:changed:1714545000000'),
    activity_id: int64("the activity's id", 12_345_678_901),
    athlete_id: int64("the athlete's id", 1_001),
    kind: oneOf('what happened', {
      changed: '`fields` changed',
      deleted: 'the activity was deleted at Strava',
    }),
    seen_at: date('when Domestique saw it'),
    name: optional(
      unchecked("the activity's title at that time", { type: 'any', example: '"Morning Ride"' }),
    ),
    start_date: date("the activity's start"),
    fields: list(
      'the changed fields; empty for a deletion',
      object('one field', {
        field: text('its name', 'distance'),
        from: optional(
          unchecked('the old value; absent if there was none', { type: 'any', example: '24931.4' }),
        ),
        to: optional(
          unchecked('the new value; absent if there is none', { type: 'any', example: '24900.1' }),
        ),
      }),
    ),
  },
  indexes: [
    { name: 'seen', key: { seen_at: -1 } },
    { name: 'activity_seen', key: { activity_id: 1, seen_at: -1 } },
    { name: 'athlete', key: { athlete_id: 1 } },
    { name: 'athlete_latest', key: { athlete_id: 1, seen_at: -1, _id: 1 } },
  ],
});

export const tombstones = define({
  name: 'tombstones',
  meaning: 'One removed activity, so that an old copy of it is not stored again.',
  fields: {
    _id: int64("Strava's activity id", 12_345_678_901),
    athlete_id: int64("the athlete's id", 1_001),
    start_date: date("the activity's start"),
    why: oneOf('why it was removed', {
      deleted: 'the activity was deleted at Strava',
      expired: 'the activity was older than the configured retention',
    }),
    at: date('when it was removed'),
  },
  indexes: [{ name: 'athlete', key: { athlete_id: 1, _id: 1 } }],
});
