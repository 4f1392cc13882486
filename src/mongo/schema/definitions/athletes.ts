/**
 * `athletes`: Strava's profile, and which part of the athlete's list is stored.
 */
import { closedParts } from '../activity-parts.ts';
import { fetchState } from '../fetch-state.ts';
import type { StravaField } from '../field.ts';
import {
  boolean,
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

const coverage = object('the stored part of the activity list', {
  spans: list(
    'the spans of time in which every activity is stored',
    object('one span', {
      from: date('the earliest start in it', '2019-01-01T00:00:00Z'),
      to: date('the latest start in it'),
    }),
  ),
  cursor: optional(
    object('the current position in the list', {
      before: optional(date('only earlier starts are requested')),
      page: number('the next page', 1),
      reached: optional(date('the earliest start seen so far')),
    }),
  ),
});

const kinds = {
  recent: 'the last weeks',
  full: 'the whole period that is synced',
};

const backfill = object('one backfill request', {
  id: text('made from its period', '2019-01-01T00:00:00.000Z'),
  since: date('start of the requested period', '2019-01-01T00:00:00Z'),
  until: optional(date('end of the requested period')),
  requested_at: date('when it was requested'),
  coverage,
});

const reconcile = object('the reconcile in progress', {
  kind: oneOf('its range', kinds),
  started_at: date('when it began'),
  since: optional(date('start of its range')),
  coverage,
});

const rejectedDeletions = object(
  'set when so many activities were missing at Strava that none was deleted',
  {
    kind: oneOf('the reading of the list that found it', { page: 'the newest page', ...kinds }),
    reason: oneOf('why none was deleted', {
      all: 'all activities would be deleted',
      many: 'many would be deleted at once',
      scope: 'the granted scope hides private activities',
    }),
    missing: number('missing activities', 12, 'activities'),
    stored: number('stored activities', 40, 'activities'),
    at: date('when it was found'),
  },
);

const athleteBookkeeping = object("Domestique's own data about the athlete", {
  epoch: optional(number('epoch of the newest lease on the athlete', 1_714_545_000_000)),
  coverage: optional(coverage),
  backfills: optional(list('requests of `sync --since` that are not complete yet', backfill)),
  polled_at: optional(date('when the newest page was last read')),
  poll_count: optional(number('how often it was read in that daily window', 12, 'requests')),
  newest_start: optional(date('start of the newest activity on it')),
  notify_from: optional(
    date('with `NOTIFY_NEW_ACTIVITY`, activities that started later are notified of'),
  ),
  deauthorized_at: optional(date('when the athlete revoked the access at Strava')),
  deauthorization_client_id: optional(
    text('the client id of the application whose access was revoked', '12345'),
  ),
  deauthorization_notified_at: optional(
    date(
      'when a webhook reported that the athlete revoked the access; removed once that is checked',
    ),
  ),
  reconcile: optional(reconcile),
  reconciled_at: optional(
    object('when each reconcile was last completed', {
      recent: optional(date(kinds.recent)),
      full: optional(date(kinds.full)),
    }),
  ),
  rejected_deletions: optional(rejectedDeletions),
  profile: optional(fetchState('the state of the profile', {})),
  zones: optional(fetchState('the state of the heart rate and power zones', {})),
  stats: optional(fetchState("the state of Strava's totals", {})),
  details_choice: optional(
    object('whether details are fetched where `SYNC_DETAILS` is not set; absent counts as no', {
      is_wanted: boolean('whether they are', true),
      source: oneOf('where that comes from', {
        answer: 'the reply to the question of a login, or its option',
        import: 'an import of recordings from a bulk export',
      }),
      at: date('when it was said'),
    }),
  ),
  saved_routes: optional(fetchState('the state of the saved routes', {})),
  starred_segments: optional(fetchState('the state of the starred segments', {})),
  closed_parts: optional(
    object("parts of activities that Strava gives for none of the athlete's", closedParts),
  ),
});

const strava: Readonly<Record<string, StravaField>> = {
  firstname: { type: 'text', example: '"Ada"', meaning: 'first name' },
  lastname: { type: 'text', example: '"Lovelace"', meaning: 'last name' },
  resource_state: { type: 'number', example: '3', meaning: '3: the detailed profile' },
  city: { type: 'text', example: '"London"', meaning: 'where the athlete lives' },
  country: { type: 'text', example: '"United Kingdom"', meaning: 'where the athlete lives' },
  sex: { type: 'text', example: '"F"', meaning: 'F or M' },
  weight: { type: 'number', unit: 'kg', example: '61.5', meaning: 'with `profile:read_all`' },
  ftp: { type: 'number', unit: 'W', example: '241', meaning: 'functional threshold power' },
  measurement_preference: { type: 'text', example: '"meters"', meaning: 'meters or feet' },
  bikes: { type: 'list of objects', example: '[{"id": "b1"}]', meaning: 'also in `gear`' },
  shoes: { type: 'list of objects', example: '[{"id": "g1"}]', meaning: 'also in `gear`' },
  zones: {
    type: 'object',
    example: '{"heart_rate": {"zones": [{"min": 0, "max": 115}]}}',
    meaning: 'zones of heart rate and power (`GET /athlete/zones`)',
  },
  stats: {
    type: 'object',
    example: '{"all_ride_totals": {"count": 245}}',
    meaning: "Strava's own totals (`GET /athletes/{id}/stats`)",
  },
};

/** When the last full reconcile began, as a new login notes it: one is due. */
export const beforeNewLogin = new Date(0);

const exported = object("what Strava's bulk export says; nothing from the API changes it", {
  archived_at: date('when the export was made'),
  imported_at: date('when it was imported'),
  fields: unchecked("the profile in the API's names", {
    type: 'object',
    example: '{"firstname": "Ada"}',
  }),
  gear: unchecked('bikes and shoes, which have no ids in an export', {
    type: 'list of objects',
    example: '[{"name": "Gravel"}]',
  }),
});

const settings = object(
  'what `ATHLETE_…` says of the athlete, for the training load; absent where nothing is set',
  {
    resting_heartrate: optional(number('resting heart rate', 52, 'beats/min')),
    max_heartrate: optional(number('highest heart rate', 187, 'beats/min')),
    sex: optional(
      oneOf('whose exponent weights the heart rate', { male: "a man's", female: "a woman's" }),
    ),
  },
);

export const athletes = define({
  name: 'athletes',
  meaning: "One athlete: Strava's profile, unchanged.",
  fields: {
    _id: int64("Strava's athlete id", 1_001),
    settings: optional(settings),
    export: optional(exported),
    sync: optional(athleteBookkeeping),
  },
  strava,
});
