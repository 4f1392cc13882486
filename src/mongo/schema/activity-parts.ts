/**
 * Where an activity keeps its parts: the records in a field of their own, the state in `sync`.
 */
import type { ActivityPart } from '../../domain/sync/activity-parts.ts';
import { fetchState } from './fetch-state.ts';
import { optional, unchecked } from './field.ts';

/** The field of each part's records. */
export const partFields = {
  zones: 'zones',
  kudoers: 'kudoers',
  comments: 'comments',
} as const satisfies Record<ActivityPart, string>;

const zones = unchecked(
  'time in each zone of heart rate, power and pace as Strava reckons it, with `SYNC_ZONES` (`GET /activities/{id}/zones`)',
  {
    type: 'list of objects',
    example:
      '[{"type": "heartrate", "distribution_buckets": [{"min": 0, "max": 115, "time": 1735}]}]',
  },
);

const kudoers = unchecked(
  'who gave kudos, at most 1,000, with `SYNC_KUDOERS` (`GET /activities/{id}/kudos`)',
  { type: 'list of objects', example: '[{"firstname": "Grace", "lastname": "H."}]' },
);

const comments = unchecked(
  'the comments, at most 1,000, with `SYNC_COMMENTS` (`GET /activities/{id}/comments`)',
  {
    type: 'list of objects',
    example:
      '[{"id": 12345678987654321, "text": "Chapeau!", "created_at": "2024-05-01T19:25:39Z"}]',
  },
);

export const partRecords = {
  zones: optional(zones),
  kudoers: optional(kudoers),
  comments: optional(comments),
};

export const partStates = {
  zones: optional(fetchState('the state of the zones', {})),
  kudoers: optional(fetchState('the state of the kudoers', {})),
  comments: optional(fetchState('the state of the comments', {})),
};

/** Of an athlete: why Strava gives a part for none of the activities; tried again at `next_try_at`. */
export const closedParts = {
  zones: optional(fetchState('why there are no zones', {})),
  kudoers: optional(fetchState('why there are no kudoers', {})),
  comments: optional(fetchState('why there are no comments', {})),
};
