/**
 * Where an activity keeps its parts: the records in a field of their own, the state in `sync`.
 */
import type { ActivityPart } from '../../domain/sync/activity-parts.ts';
import { fetchState } from './fetch-state.ts';
import { optional, unchecked } from './field.ts';

/** The field of each part's records. */
export const partFields = { zones: 'zones' } as const satisfies Record<ActivityPart, string>;

const zones = unchecked(
  'time in each zone of heart rate, power and pace as Strava reckons it, with `SYNC_ZONES` (`GET /activities/{id}/zones`)',
  {
    type: 'list of objects',
    example:
      '[{"type": "heartrate", "distribution_buckets": [{"min": 0, "max": 115, "time": 1735}]}]',
  },
);

export const partRecords = { zones: optional(zones) };

export const partStates = { zones: optional(fetchState('the state of the zones', {})) };

/** Of an athlete: the parts that Strava gives for none of the activities. */
export const closedParts = {
  zones: optional(
    fetchState('why there are no zones of activities; tried again at `next_try_at`', {}),
  ),
};
