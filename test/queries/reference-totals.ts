/**
 * The expected answers to the questions about totals and single activities, computed from Strava's own
 * records, activity by activity.
 */
import type { Truth } from './fixture.ts';

export type Answer = readonly object[];

export interface Sums {
  readonly activities: number;
  readonly distance: number;
  readonly moving_time: number;
  readonly total_elevation_gain: number;
}

const dayMs = 86_400_000;

export function numberIn({ summary }: Truth, key: string): number {
  const value = summary[key];
  return typeof value === 'number' ? value : 0;
}

export const dayOf = ({ summary }: Truth): string => summary.start_date_local.slice(0, 10);
export const monthOf = (one: Truth): string => dayOf(one).slice(0, 7);
export const yearOf = (one: Truth): string => dayOf(one).slice(0, 4);
const sportOf = ({ summary }: Truth): string => summary.sport_type;

/** The ISO week: the year and number of the week that has the Thursday of the same week. */
export function weekOf(one: Truth): string {
  const at = new Date(`${dayOf(one)}T00:00:00Z`);
  const thursday = new Date(at.getTime() + (4 - (at.getUTCDay() || 7)) * dayMs);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * dayMs)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

function weekdayOf(one: Truth): number {
  return new Date(`${dayOf(one)}T00:00:00Z`).getUTCDay() || 7;
}

export function groupsOf<Key>(
  truth: readonly Truth[],
  key: (one: Truth) => Key,
): ReadonlyMap<Key, readonly Truth[]> {
  return Map.groupBy(truth, key);
}

export function sumsOf(truth: readonly Truth[]): Sums {
  const sum = (key: string): number => truth.reduce((so, one) => so + numberIn(one, key), 0);
  return {
    activities: truth.length,
    distance: sum('distance'),
    moving_time: sum('moving_time'),
    total_elevation_gain: sum('total_elevation_gain'),
  };
}

export function byKey<Item>(
  items: readonly Item[],
  ...keys: readonly ((item: Item) => number | string)[]
): Item[] {
  return items.toSorted((one, other) => {
    for (const key of keys) {
      if (key(one) !== key(other)) return key(one) < key(other) ? -1 : 1;
    }
    return 0;
  });
}

function totals(truth: readonly Truth[], key: (one: Truth) => number | string) {
  return [...groupsOf(truth, key)].map(([_id, own]) => ({ _id, ...sumsOf(own) }));
}

const newestFirst = (answer: readonly { readonly _id: number | string }[]) =>
  byKey([...answer], ({ _id }) => _id).reverse();

export const totalsBySport = (truth: readonly Truth[]): Answer =>
  byKey(totals(truth, sportOf), ({ moving_time }) => -moving_time);
export const totalsByWeek = (truth: readonly Truth[], limit: number): Answer =>
  newestFirst(totals(truth, weekOf)).slice(0, limit);
export const minutesByWeek = (truth: readonly Truth[], limit: number): Answer =>
  newestFirst(totals(truth, weekOf))
    .slice(0, limit)
    .map((week) => {
      const { _id, moving_time, activities } = week as Sums & { readonly _id: string };
      return { _id, minutes: moving_time / 60, activities };
    });
export const totalsByMonth = (truth: readonly Truth[], limit: number): Answer =>
  newestFirst(totals(truth, monthOf)).slice(0, limit);
export const totalsByDay = (truth: readonly Truth[]): Answer => newestFirst(totals(truth, dayOf));
export const totalsByWeekday = (truth: readonly Truth[]): Answer =>
  byKey(totals(truth, weekdayOf), ({ _id }) => _id);

export function totalsByYear(truth: readonly Truth[]): Answer {
  const rows = [...groupsOf(truth, yearOf)].flatMap(([year, own]) =>
    [...groupsOf(own, sportOf)].map(([sport, these]) => ({
      _id: { year, sport },
      ...sumsOf(these),
    })),
  );
  return byKey(
    rows,
    ({ _id }) => -Number(_id.year),
    ({ moving_time }) => -moving_time,
  );
}

export function climbingByMonth(truth: readonly Truth[], year: string): Answer {
  const months = byKey(
    totals(
      truth.filter((one) => yearOf(one) === year),
      monthOf,
    ),
    ({ _id }) => _id,
  );
  let soFar = 0;
  return months.map(({ _id, total_elevation_gain, activities }) => {
    soFar += total_elevation_gain;
    return { _id, total_elevation_gain, activities, so_far: soFar };
  });
}

export function yearInReview(truth: readonly Truth[], year: string): Answer {
  const own = truth.filter((one) => yearOf(one) === year);
  const maxBy = (key: string): object => {
    const [one] = byKey(
      [...own],
      (each) => -numberIn(each, key),
      ({ id }) => id,
    );
    return { _id: one?.id, name: one?.summary.name, [key]: one && numberIn(one, key) };
  };
  const counts = { days: new Set(own.map(dayOf)).size, sports: new Set(own.map(sportOf)).size };
  return [
    { ...sumsOf(own), ...counts, farthest: maxBy('distance'), longest: maxBy('moving_time') },
  ];
}

/** Counts up to the first failure. */
export function eddington(truth: readonly Truth[], sport: string, unit: number): Answer {
  const own = truth.filter((one) => sportOf(one) === sport);
  const days = [...groupsOf(own, dayOf).values()].map((each) => sumsOf(each).distance);
  let number = 0;
  while (days.filter((meters) => meters >= (number + 1) * unit).length >= number + 1) number += 1;
  return number === 0 ? [] : [{ eddington: number }];
}

const dayAfter = (day: string): string =>
  new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);

/** Counts from each day without a preceding one. */
export function streaks(truth: readonly Truth[], limit: number): Answer {
  const days = new Set(truth.map(dayOf));
  const starts = [...days].filter((day) => ![...days].some((other) => dayAfter(other) === day));
  const found = starts.map((from) => {
    let [to, count] = [from, 1];
    while (days.has(dayAfter(to))) [to, count] = [dayAfter(to), count + 1];
    return { from, to, days: count };
  });
  return byKey(
    found,
    ({ days: count }) => -count,
    ({ from }) => -Date.parse(from),
  ).slice(0, limit);
}

export function gaps(truth: readonly Truth[], minDays: number): Answer {
  const days = byKey([...new Set(truth.map(dayOf))], (day) => day);
  const found = days.slice(1).map((until, index) => {
    const after = days[index] ?? '';
    return { after, until, days: (Date.parse(until) - Date.parse(after)) / dayMs - 1 };
  });
  const long = found.filter(({ days: count }) => count >= minDays);
  return byKey(
    long,
    ({ days: count }) => -count,
    ({ until }) => -Date.parse(until),
  );
}

const fieldsOf = (keys: readonly string[]) => (one: Truth) => ({
  _id: one.id,
  ...Object.fromEntries(keys.map((key) => [key, one.summary[key]])),
});
export const listed = fieldsOf([
  'name',
  'sport_type',
  'start_date_local',
  'distance',
  'moving_time',
]);
export const placed = fieldsOf(['name', 'sport_type', 'start_date_local', 'distance']);

export const latestFirst = (truth: readonly Truth[]): Truth[] =>
  byKey([...truth], ({ summary }) => -Date.parse(summary.start_date));

export const latest = (truth: readonly Truth[], limit: number): Answer =>
  latestFirst(truth).slice(0, limit).map(listed);

export const latestOfSport = (truth: readonly Truth[], sport: string, limit: number): Answer =>
  latest(
    truth.filter((one) => sportOf(one) === sport),
    limit,
  );

export const longerThan = (truth: readonly Truth[], sport: string, meters: number): Answer =>
  byKey(
    truth.filter((one) => sportOf(one) === sport && one.summary.distance > meters),
    ({ summary }) => -Date.parse(summary.start_date_local),
  ).map(listed);

export const withOthers = (truth: readonly Truth[], limit: number): Answer =>
  latestFirst(truth)
    .filter((one) => numberIn(one, 'athlete_count') > 1)
    .slice(0, limit)
    .map((one) => ({ ...placed(one), athlete_count: numberIn(one, 'athlete_count') }));

export const mostKudoed = (truth: readonly Truth[], limit: number): Answer =>
  byKey(
    latestFirst(truth).filter((one) => numberIn(one, 'kudos_count') > 0),
    (one) => -numberIn(one, 'kudos_count'),
  )
    .slice(0, limit)
    .map((one) => ({ ...placed(one), kudos_count: numberIn(one, 'kudos_count') }));

export function kudosInAll(truth: readonly Truth[]): Answer {
  const kudos = truth.reduce((so, one) => so + numberIn(one, 'kudos_count'), 0);
  return [{ activities: truth.length, kudos, mean_kudos: kudos / truth.length }];
}

export function caloriesByYear(truth: readonly Truth[]): Answer {
  const known = truth.filter((one) => numberIn(one, 'calories') > 0);
  const rows = [...groupsOf(known, yearOf)].map(([_id, own]) => ({
    _id,
    calories: own.reduce((so, one) => so + numberIn(one, 'calories'), 0),
    activities: own.length,
  }));
  return newestFirst(rows);
}

function bestBySport(
  truth: readonly Truth[],
  name: string,
  { key, measure }: { key: string; measure: (one: Truth) => number },
): Answer {
  const rows = [...groupsOf(truth, sportOf)].flatMap(([_id, own]) => {
    const [one] = byKey(
      [...own],
      (each) => -measure(each),
      ({ id }) => id,
    );
    if (one === undefined) return [];
    const { start_date_local } = one.summary;
    const best = { _id: one.id, name: one.summary.name, start_date_local, [key]: measure(one) };
    return [{ _id, best: { _id, [name]: best } }];
  });
  return byKey(rows, ({ _id }) => _id).map(({ best }) => best);
}

export const longestBySport = (truth: readonly Truth[]): Answer =>
  bestBySport(truth, 'longest', { key: 'distance', measure: (one) => numberIn(one, 'distance') });

export const fastestBySport = (truth: readonly Truth[], meters: number): Answer =>
  bestBySport(
    truth.filter(({ summary }) => summary.distance >= meters && summary.moving_time > 0),
    'fastest',
    {
      key: 'km_per_hour',
      measure: ({ summary }) => (3.6 * summary.distance) / summary.moving_time,
    },
  );

export function heartrateAgainstPace(truth: readonly Truth[], sport: string): Answer {
  const own = truth.filter((one) => {
    const { distance, moving_time } = one.summary;
    const isMeasured = numberIn(one, 'average_heartrate') > 0 && distance > 0 && moving_time > 0;
    return sportOf(one) === sport && isMeasured;
  });
  const rows = [...groupsOf(own, yearOf)].map(([_id, these]) => {
    const { distance, moving_time, activities } = sumsOf(these);
    const beats = these.reduce(
      (so, one) => so + (numberIn(one, 'average_heartrate') * one.summary.moving_time) / 60,
      0,
    );
    return {
      _id,
      activities,
      seconds_per_km: moving_time / (distance / 1000),
      average_heartrate: beats / (moving_time / 60),
      meters_per_heartbeat: distance / beats,
    };
  });
  return byKey(rows, ({ _id }) => _id);
}

interface Gear {
  readonly id: string;
  readonly name: string;
  readonly distance: number;
}

/** With the gear of the athlete's own record. */
export function gearMileage(
  truth: readonly Truth[],
  athlete: Readonly<Record<string, unknown>>,
): Answer {
  const known = [athlete['bikes'], athlete['shoes']].flat() as readonly Gear[];
  const worn = truth.filter(({ summary }) => typeof summary['gear_id'] === 'string');
  const rows = [...groupsOf(worn, ({ summary }) => summary['gear_id'] as string)].map(
    ([_id, own]) => {
      const { activities, distance, moving_time } = sumsOf(own);
      const gear = known.find(({ id }) => id === _id);
      const named = gear && { name: gear.name, at_strava: gear.distance };
      return { _id, activities, distance, moving_time, ...named };
    },
  );
  return byKey(rows, ({ distance }) => -distance);
}

export function streamsStates(truth: readonly Truth[], parked: number): Answer {
  const stateOf = ({ id, streams }: Truth): string =>
    id === parked ? 'parked' : streams === null ? 'none' : 'stored';
  const rows = [...groupsOf(truth, stateOf)].map(([_id, own]) => ({ _id, activities: own.length }));
  return byKey(rows, ({ _id }) => _id);
}
