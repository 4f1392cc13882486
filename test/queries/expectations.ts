/**
 * The parameters and the expected answer of each question of the cookbook.
 */
import { expect } from 'vitest';

import type { Fixture, Truth } from './fixture.ts';
import { ada, failure } from './fixture.ts';
import * as climbs from './reference-climbs.ts';
import * as places from './reference-places.ts';
import * as recordings from './reference-recordings.ts';
import * as routes from './reference-routes.ts';
import * as starts from './reference-starts.ts';
import * as segments from './reference-segments.ts';
import * as training from './reference-training.ts';
import * as totals from './reference-totals.ts';

type Expectation = (fixture: Fixture) => readonly object[];
type Settings = Readonly<Record<string, string>>;

const id = (value: number): string => `NumberLong("${value}")`;
/** A little beside the place where most activities begin. */
const place: places.Position = [16.3838, 48.2152];
const corners: readonly [places.Position, places.Position] = [
  [16.41, 48.22],
  [16.43, 48.24],
];

const settings: Readonly<Record<string, (fixture: Fixture) => Settings>> = {
  'totals-by-day': () => ({ limit: '90' }),
  'totals-by-week': () => ({ limit: '60' }),
  'totals-by-month': () => ({ limit: '12' }),
  'minutes-by-week': () => ({ limit: '60' }),
  'steep-meters': () => ({ percent: '4' }),
  'longer-than': () => ({ meters: '10000' }),
  'climbing-by-month': () => ({
    year: '{ $gte: ISODate("2026-01-01"), $lt: ISODate("2027-01-01") }',
  }),
  eddington: () => ({ sport: '"Ride"', unit: '1609.344' }),
  gaps: () => ({ days: '5' }),
  'training-load': () => ({ resting: '52', highest: '187', sex: '"female"', limit: '400' }),
  'fastest-by-sport': () => ({ meters: '3000' }),
  'best-distance': () => ({ meters: '5000' }),
  'best-hour': () => ({ sport: '"Ride"' }),
  progress: () => ({ meters: '10000' }),
  recording: ({ ride }) => ({ activity: id(ride.id) }),
  'best-distance-of-one': ({ ride }) => ({ activity: id(ride.id) }),
  'best-power-of-one': ({ ride }) => ({ activity: id(ride.id) }),
  'best-time-of-one': ({ ride }) => ({ activity: id(ride.id) }),
  'power-zones-of-one': ({ ride }) => ({ activity: id(ride.id) }),
  'heartrate-zones-of-one': ({ tenDays }) => ({ activity: id(tenDays.id) }),
  near: () => ({ lng: String(place[0]), lat: String(place[1]), radius: '400' }),
  through: () => ({ polygon: JSON.stringify([ringOf(corners)]) }),
  'route-climbs': ({ route }) => ({ activity: id(route.id) }),
  'route-times': ({ routeId }) => ({ route: `ObjectId("${routeId}")` }),
  'route-fastest': ({ routeId }) => ({ route: `ObjectId("${routeId}")`, limit: '2' }),
  'routes-near': () => ({ lng: String(place[0]), lat: String(place[1]), limit: '300' }),
  'same-route': ({ route }) => ({ activity: id(route.id) }),
  'heat-map': () => ({ limit: '200' }),
  'in-city': ({ truth }) => ({ city: JSON.stringify(starts.favouriteOf(truth)) }),
  'segment-efforts': ({ truth }) => ({ segment: id(segments.favouriteOf(truth)) }),
  'segment-progress': ({ truth }) => ({ segment: id(segments.favouriteOf(truth)) }),
};

function ringOf([[west, south], [east, north]]: typeof corners): readonly places.Position[] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}

/** The values of the `var` lines of a question. */
export function settingsOf(name: string, fixture: Fixture): Settings {
  return settings[name]?.(fixture) ?? {};
}

function changeOf({ id: activity_id, summary: { name } }: Truth, change: object): object {
  return { activity_id, name, seen_at: expect.any(Date) as Date, ...change };
}

export const expectations: Readonly<Record<string, Expectation>> = {
  'totals-by-sport': ({ truth }) => totals.totalsBySport(truth),
  'totals-by-day': ({ truth }) => totals.totalsByDay(truth).slice(0, 90),
  'totals-by-week': ({ truth }) => totals.totalsByWeek(truth, 60),
  'minutes-by-week': ({ truth }) => totals.minutesByWeek(truth, 60),
  'longer-than': ({ truth }) => totals.longerThan(truth, 'Run', 10_000),
  'with-others': ({ truth }) => totals.withOthers(truth, 10),
  'most-kudoed': ({ truth }) => totals.mostKudoed(truth, 10),
  kudos: ({ truth }) => totals.kudosInAll(truth),
  'calories-by-year': ({ truth }) => totals.caloriesByYear(truth),
  'best-twelve-minutes': ({ truth }) => recordings.bestTwelveMinutes(truth, 'Run', 10),
  'totals-by-month': ({ truth }) => totals.totalsByMonth(truth, 12),
  'totals-by-year': ({ truth }) => totals.totalsByYear(truth),
  'totals-by-weekday': ({ truth }) => totals.totalsByWeekday(truth),
  'climbing-by-month': ({ truth }) => totals.climbingByMonth(truth, '2026'),
  'year-in-review': ({ truth }) => totals.yearInReview(truth, '2026'),
  eddington: ({ truth }) => totals.eddington(truth, 'Ride', 1609.344),
  streaks: ({ truth }) => totals.streaks(truth, 10),
  gaps: ({ truth }) => totals.gaps(truth, 5),
  latest: ({ truth }) => totals.latest(truth, 10),
  'latest-of-sport': ({ truth }) => totals.latestOfSport(truth, 'Run', 10),
  'longest-by-sport': ({ truth }) => totals.longestBySport(truth),
  'fastest-by-sport': ({ truth }) => totals.fastestBySport(truth, 3_000),
  'gear-mileage': ({ truth, simulator }) => totals.gearMileage(truth, simulator.world.athlete(ada)),
  'best-distance': ({ truth }) =>
    recordings.bestDistance(truth, { sport: 'Run', meters: 5_000, limit: 10 }),
  'best-power': ({ truth }) => recordings.bestPower(truth, 1_200, 10),
  'best-hour': ({ truth }) => recordings.bestHour(truth, 'Ride', 10),
  'personal-bests': ({ truth }) => recordings.personalBests(truth, ada),
  progress: ({ truth }) => recordings.progress(truth, 'Run', 10_000),
  'hardest-climbs': ({ truth }) => climbs.hardestClimbs(truth, 10),
  'fastest-climbs': ({ truth }) => climbs.fastestClimbs(truth, 100, 10),
  'steep-meters': ({ truth }) => climbs.steepMeters(truth, 4, 10),
  'climbs-by-year': ({ truth }) => climbs.climbsByYear(truth),
  'route-climbs': ({ truth, route }) => climbs.routeClimbs(truth, route),
  recording: ({ ride }) => recordings.samplesOf(ride),
  'best-distance-of-one': ({ ride }) => recordings.bestDistanceOfOne(ride, 5_000),
  'best-power-of-one': ({ ride }) => recordings.bestPowerOfOne(ride, 1_200),
  'best-time-of-one': ({ ride }) => recordings.bestTimeOfOne(ride, 3_600),
  'power-zones-of-one': ({ ride }) => recordings.powerZones(ride, ada),
  'heartrate-zones-of-one': ({ tenDays }) => recordings.heartrateZones([tenDays], ada, 1),
  'heartrate-zones': ({ truth }) => recordings.heartrateZones(truth, ada, 5),
  'heartrate-against-pace': ({ truth }) => totals.heartrateAgainstPace(truth, 'Run'),
  near: ({ truth }) => places.near(truth, place, 400),
  through: ({ truth }) => places.through(truth, corners),
  'same-route': ({ truth, route }) => routes.sameRoute(truth, route),
  routes: ({ truth }) => routes.mostTravelled(truth, 10),
  'route-times': ({ truth, route }) => routes.routeTimes(truth, route),
  'route-fastest': ({ truth, route }) => routes.routeFastest(truth, route, 2),
  'routes-near': ({ truth }) => routes.routesNear(truth, place, { radius: 2_000, limit: 300 }),
  'heat-map': ({ truth }) => recordings.heatMap(truth, 200),
  'in-country': ({ truth }) => starts.startedIn(truth, 'AT'),
  'in-city': ({ truth }) => starts.startedIn(truth, 'AT', starts.favouriteOf(truth)),
  countries: ({ truth }) => starts.countries(truth),
  cities: ({ truth }) => starts.cities(truth, 10),
  northernmost: ({ truth }) => starts.northernmost(truth, 10),
  'segment-efforts': ({ truth, parked }) =>
    segments.segmentEfforts(truth, segments.favouriteOf(truth), parked.id),
  'segment-progress': ({ truth }) => segments.segmentProgress(truth, segments.favouriteOf(truth)),
  'segments-most-ridden': ({ truth }) => segments.segmentsMostRidden(truth, 10),
  'segments-near-best': ({ truth }) => segments.segmentsNearBest(truth, 10),
  'power-curve': ({ truth }) => training.curve(truth, 'watts'),
  'heartrate-curve': ({ truth }) => training.curve(truth, 'heartrate'),
  'training-load': ({ truth }) =>
    training.trainingLoad(truth, { resting: 52, highest: 187, sex: 'female' }).slice(0, 400),
  'streams-states': ({ truth, parked }) => totals.streamsStates(truth, parked.id),
  'streams-missing': ({ parked }) => [
    {
      _id: parked.id,
      name: parked.summary.name,
      start_date: new Date(parked.summary.start_date),
      state: 'parked',
      ...failure,
    },
  ],
  changes: ({ renamed, deleted }) => [
    changeOf(deleted, { kind: 'deleted', fields: [] }),
    changeOf(renamed, {
      kind: 'changed',
      fields: [{ field: 'name', from: renamed.summary.name, to: 'Renamed' }],
    }),
  ],
  removed: ({ deleted }) => [
    {
      _id: deleted.id,
      why: 'deleted',
      at: expect.any(Date) as Date,
      start_date: new Date(deleted.summary.start_date),
    },
  ],
};
