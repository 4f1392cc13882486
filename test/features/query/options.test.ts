import { Long, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';

import { queryOrderOf } from '../../../src/features/query/options.ts';
import { UsageError } from '../../../src/errors.ts';

const now = Date.parse('2026-11-23T10:00:00Z');
const order = (text: string) => queryOrderOf(text === '' ? [] : text.split(' '), now);

describe('the command line of query', () => {
  it('the command line of query reads the parameters of the question, before or after its name', () => {
    const { recipe, scope, form } = order('--lat -33.87 near --lng=151.2 --athlete 1001 --csv');
    expect(recipe?.name).toBe('near');
    const athlete = Long.fromNumber(1001);
    expect(scope).toEqual({ athlete, lng: 151.2, lat: -33.87, radius: 500 });
    expect(form).toBe('csv');
  });

  it('the command line of query reads the time, the sport and the place of the activities for any question about them', () => {
    expect(order('totals-by-week --since 2019-03 --until=2019 --sport run').filter).toEqual({
      since: new Date('2019-03-01T00:00:00Z'),
      until: new Date('2019-12-31T23:59:59.999Z'),
      sport: 'run',
    });
    expect(order('best-distance --sport trailrun')).toMatchObject({
      filter: { sport: 'trailrun' },
      scope: { sport: 'trailrun' },
    });
    expect(order('personal-bests --since 30d').filter.since).toEqual(
      new Date('2026-10-24T00:00:00Z'),
    );
    expect(order('in-country --country austria --place Tyrol')).toMatchObject({
      filter: { countryCode: 'AT', places: ['Tyrol'] },
      scope: { country: 'AT' },
    });
    expect(order('best-distance').filter).toEqual({});
  });

  it('the command line of query has defaults: this year, and the examples of the page', () => {
    expect(order('year-in-review').scope).toEqual({
      year: {
        $gte: new Date('2026-01-01T00:00:00Z'),
        $lt: new Date('2027-01-01T00:00:00Z'),
      },
    });
    expect(order('best-time-of-one --activity 7').scope).toMatchObject({ seconds: 3600 });
    expect(order('')).toEqual({ form: 'table', scope: {}, given: new Set(), filter: {} });
  });

  it('the command line of query reads an activity in place of a route', () => {
    expect(order('route-times --activity 7').scope).toEqual({ activity: Long.fromNumber(7) });
    const route = new ObjectId('665f1c2ab7e8a90012345678');
    expect(order('route-times --route 665f1c2ab7e8a90012345678').scope).toEqual({ route });
  });

  const outer = [
    [16, 48],
    [17, 48],
    [17, 49],
    [16, 48],
  ];
  const hole = outer.map(([lng = 0, lat = 0]) => [lng + 0.1, lat + 0.01]);
  const polygon = { type: 'Polygon', coordinates: [outer, hole] };
  const feature = { type: 'Feature', properties: {}, geometry: polygon };
  it.each([
    ['a polygon', polygon],
    ['a feature', feature],
    ['a collection of one feature', { type: 'FeatureCollection', features: [feature] }],
  ])('the command line of query reads the rings of %s in GeoJSON', (_, area) => {
    const { scope } = queryOrderOf(['through', '--polygon', JSON.stringify(area)], now);
    expect(scope['polygon']).toEqual([outer, hole]);
  });

  it('the command line of query closes a ring of corners, and leaves altitudes out', () => {
    const { scope } = queryOrderOf(['through', '--polygon', '16,48 17,48,171 17,49'], now);
    expect(scope['polygon']).toEqual([outer]);
  });

  it.each([
    ['nothing-such', 'There is no question "nothing-such": npm run query lists all of them.'],
    ['totals-by-wek', 'There is no question "totals-by-wek": did you mean totals-by-week?'],
    ['latest --limt 5', 'there is no --limt; did you mean --limit? Its parameters are'],
    ['best-distance --sprot run', 'there is no --sprot; did you mean --sport? Its parameters are'],
    ['latest --units miles', '--units takes metric or imperial; not "miles".'],
    ['latest --raw --csv', '--json, --csv and --raw exclude each other.'],
    ['through --polygon {"type":"Point","coordinates":[1,2]}', '--polygon takes at least three'],
    ['through --polygon {"type":', '--polygon takes at least three corners'],
    ['near --bpm 5', 'there is no --bpm. Its parameters are --athlete, --lng, --lat, --radius.'],
    [
      'route-times',
      '--route is missing, which takes the id of a route. Its parameters are --route,',
    ],
    ['route-times --route 7', '--route takes the id of a route; not "7".'],
    ['route-times --route 7 --activity 7', '--route and --activity exclude each other.'],
    ['same-route --route 7', 'there is no --route.'],
    ['near --lng 5', '--lat is missing, which takes a latitude, -90 to 90.'],
    ['near --lng 200 --lat 1', '--lng takes a longitude, -180 to 180; not "200".'],
    ['recording --activity 7 --since 2019', 'there is no --since. Its parameters are --activity.'],
    ['recording --activity 7 --country AT', 'there is no --country.'],
    ['latest --country XX', '--country takes a country, as its code or English name; not "XX".'],
    ['in-country --country XX', '--country takes a country, as its code or English name; not "XX"'],
    ['latest --since then', '--since takes 2019, 2019-03'],
    ['latest --since 2020 --until 2019', '--until lies before --since.'],
    ['latest --untill 2019', 'there is no --untill; did you mean --until? Its parameters are'],
    ['latest --limit 0', '--limit takes a whole number above 0; not "0".'],
    ['latest --limit', '--limit takes a whole number above 0; not "".'],
    ['latest --athlete Ada', 'not "Ada". Its parameters are --athlete, --limit.'],
    ['through --polygon 1,2', '--polygon takes at least three corners'],
    ['year-in-review --year 26', '--year takes a year of four digits'],
    ['latest 5', '"5" belongs to no parameter. Its parameters are --athlete, --limit.'],
    ['latest --json --csv', '--json, --csv and --raw exclude each other.'],
    ['--limit 5', 'Name a question first'],
  ])('the command line of query rejects "%s" with a message', (text, sentence) => {
    expect(() => order(text)).toThrow(UsageError);
    expect(() => order(text)).toThrow(sentence);
  });

  it('the command line of query suggests no question for an empty name', () => {
    expect(() => queryOrderOf([''], now)).toThrow(
      'There is no question "": npm run query lists all of them.',
    );
  });
});
