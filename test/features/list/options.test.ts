import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { listOrderOf } from '../../../src/features/list/options.ts';

const now = Date.parse('2026-11-22T10:00:00Z');
const order = (options: object) => listOrderOf({ limit: '20', json: false, ...options }, now);

describe('the options of list', () => {
  it('the options of list reads dates as sync does, and distances with their unit', () => {
    expect(
      order({ since: 'yesterday', until: 'today', minDistance: '800m', maxDistance: '10mi' }),
    ).toEqual({
      filter: {
        since: new Date('2026-11-21T00:00:00.000Z'),
        until: new Date('2026-11-22T23:59:59.999Z'),
      },
      minMeters: 800,
      maxMeters: 16_093.44,
      limit: 20,
    });
  });

  it.each([
    [{ limit: '0' }, '--limit takes a whole number above 0; not "0".'],
    [{ minDistance: '20' }, '--min-distance takes a distance with its unit'],
    [{ maxDistance: '-1km' }, '--max-distance takes a distance with its unit'],
    [{ since: 'tomorrow' }, '--since takes 2019'],
    [{ since: '2020', until: '2019' }, '--until lies before --since.'],
    [{ until: '1960' }, '--until lies before 1970.'],
    [{ since: '1950', until: '1960' }, '--until lies before 1970.'],
    [{ athlete: '0' }, "--athlete takes a Strava athlete's id"],
    [{ sport: '' }, '--sport is empty.'],
    [{ country: '' }, '--country is empty.'],
    [{ place: ' ' }, '--place is empty.'],
    [{ athlete: 'Ada' }, "--athlete takes a Strava athlete's id"],
    [{ units: 'miles' }, '--units takes metric or imperial'],
  ])('the options of list rejects %j with a sentence', (options, sentence) => {
    expect(() => order(options)).toThrow(UsageError);
    expect(() => order(options)).toThrow(sentence);
  });
});
