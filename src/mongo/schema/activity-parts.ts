/**
 * Where an activity keeps its parts: the records in a field of their own, the state in `sync`.
 */
import type { Document } from 'mongodb';
import type { ActivityPart } from '../../domain/sync/activity-parts.ts';
import { activityParts, partRules } from '../../domain/sync/activity-parts.ts';
import { fetchState } from './fetch-state.ts';
import { date, list, number, object, optional, text, unchecked } from './field.ts';

/** The field of each part's records. Strava's details have `photos` of their own, a summary of them. */
export const partFields = {
  zones: 'zones',
  kudoers: 'kudoers',
  comments: 'comments',
  photos: 'photo_list',
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

const photos = unchecked(
  'the photos with their addresses, at most 500, with `SYNC_PHOTOS` (`GET /activities/{id}/photos`)',
  {
    type: 'list of objects',
    example: '[{"unique_id": "ea7d6b16-96fc", "urls": {"5000": "https://…"}, "caption": ""}]',
  },
);

const photoFiles = list(
  "the photos' files, with `SYNC_PHOTOS=files`",
  object('a file', {
    id: text(
      "the photo's `unique_id`; another text that makes a name, where that cannot",
      'ea7d6b16-96fc',
    ),
    path: text('in the folder `SYNC_PHOTOS_FOLDER`', '1001/12345678901/ea7d6b16-96fc.jpg'),
    bytes: number('its size', 512_000, 'bytes'),
    address: text('where it came from, without the signature', 'https://…/ea7d6b16-2048x1536.jpg'),
    fetched_at: date('when it was fetched'),
  }),
);

export const partRecords = {
  zones: optional(zones),
  kudoers: optional(kudoers),
  comments: optional(comments),
  photo_list: optional(photos),
  photo_files: optional(photoFiles),
};

export const partStates = {
  zones: optional(fetchState('the state of the zones', {})),
  kudoers: optional(fetchState('the state of the kudoers', {})),
  comments: optional(fetchState('the state of the comments', {})),
  photos: optional(fetchState('the state of the photos', {})),
  photo_files: optional(
    fetchState(
      "the state of the photos' files; there is none where the list of photos is newer",
      {},
    ),
  ),
};

/** Of an athlete: why Strava gives a part for none of the activities; tried again at `next_try_at`. */
export const closedParts = {
  zones: optional(fetchState('why there are no zones', {})),
  kudoers: optional(fetchState('why there are no kudoers', {})),
  comments: optional(fetchState('why there are no comments', {})),
  photos: optional(fetchState('why there are no photos', {})),
};

/** The activities of which the summary counts some of a part; undefined for a part that it does not count. */
export function counted(part: ActivityPart): Document | undefined {
  const { countKey } = partRules[part];
  return countKey === undefined ? undefined : { [countKey]: { $gt: 0 } };
}

/** The activities of which photos were asked for: only those have files. */
export const withPhotoList = { photo_list: { $exists: true } };

/** For the search for what is due of each part: without them it would read every activity. */
export const partIndexes = [
  ...activityParts.map((part) => indexOf(part, counted(part))),
  indexOf('photo_files', withPhotoList),
];

function indexOf(name: keyof typeof partStates, filter: Document | undefined) {
  return {
    name: `${name}_to_do`,
    key: { 'sync.athlete_id': 1, [`sync.${name}.state`]: 1, start_date: -1 },
    ...(filter && { partialFilterExpression: filter }),
  } as const;
}
