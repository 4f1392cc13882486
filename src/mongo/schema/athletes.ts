/**
 * `athletes`: Strava's profile, and how far the athlete's list is known.
 */
import { fetchState } from './fetch-state.ts';
import type { StravaField } from './field.ts';
import { date, define, int64, list, number, object, oneOf, optional, text } from './field.ts';

const coverage = object('how far the list is known', {
  spans: list(
    'the spans over which every activity is stored',
    object('one span', {
      from: date('the first start in it', '2019-01-01T00:00:00Z'),
      to: date('the last start in it'),
    }),
  ),
  cursor: optional(
    object('where the walk down the list stands', {
      before: optional(date('only what started before it is asked for')),
      page: number('the page that comes next', 1),
      reached: optional(date('the oldest start that was seen')),
    }),
  ),
});

const kinds = {
  recent: 'the last weeks',
  full: 'everything that the sync reaches back to',
};

export const backfill = object('one wish', {
  id: text('made of its period', '2019-01-01T00:00:00.000Z'),
  since: date('from then on everything is wanted', '2019-01-01T00:00:00Z'),
  until: optional(date('until then')),
  requested_at: date('when it was left'),
  coverage,
});

export const reconcile = object('the list is being read again', {
  kind: oneOf('how far', kinds),
  started_at: date('when that began'),
  since: optional(date('back to there')),
  coverage,
});

export const rejectedDeletions = object('so much is missing at Strava that nothing was removed', {
  kind: oneOf('which reading found it', { page: 'the newest page', ...kinds }),
  reason: oneOf('why nothing was removed', {
    all: 'all activities would go',
    many: 'many would go at once',
    scope: 'the grant does not show private activities',
  }),
  missing: number('so many are missing', 12, 'activities'),
  stored: number('so many are stored', 40, 'activities'),
  at: date('when that was seen'),
});

export const athleteBookkeeping = object('what this program remembers of the athlete', {
  epoch: optional(number('the newest lease on the athlete', 1_714_545_000_000)),
  coverage: optional(coverage),
  backfills: optional(list('what `sync --since` asked for and is not complete yet', backfill)),
  polled_at: optional(date('when the newest page was read last')),
  deauthorized_at: optional(date('when the athlete withdrew the access at Strava')),
  deauthorization_notified_at: optional(
    date(
      'when a webhook said that the athlete withdrew the access; gone once that is made sure of',
    ),
  ),
  reconcile: optional(reconcile),
  reconciled_at: optional(
    object('when the list was last read again', {
      recent: optional(date(kinds.recent)),
      full: optional(date(kinds.full)),
    }),
  ),
  rejected_deletions: optional(rejectedDeletions),
  profile: optional(fetchState('what became of the profile', {})),
  zones: optional(fetchState('what became of the zones of heart rate and power', {})),
  stats: optional(fetchState('what became of the totals that Strava computes', {})),
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

export const athletes = define({
  name: 'athletes',
  meaning: "One athlete: Strava's profile as it came.",
  fields: {
    _id: int64("Strava's athlete id", 1_001),
    sync: optional(athleteBookkeeping),
  },
  strava,
});
