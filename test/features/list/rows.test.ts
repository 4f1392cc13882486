import { describe, expect, it } from 'vitest';
import { rowOf } from '../../../src/features/list/rows.ts';
import { presented } from '../../../src/features/shared/text/presentation.ts';

const ride = { _id: 19_000_000_001, name: 'Morning Ride', sport_type: 'Ride' };
const start_date = new Date('2026-06-14T04:00:12Z');
const start_date_local = '2026-06-14T06:00:12Z';
const place = { city: 'Wien', region: 'Vienna', country: 'Austria', country_code: 'AT' };

function headOf(...activities: readonly object[]): string {
  const table = presented(activities.map(rowOf), { units: 'metric', width: 1_000 });
  return table.split('\n')[0]?.trim().replaceAll(/ {2,}/g, ' | ') ?? '';
}

describe('the rows of list', () => {
  it('the rows of list have the start by the wall clock, and by UTC where that is unknown', () => {
    expect(rowOf({ ...ride, start_date, start_date_local })).toEqual({
      ...ride,
      start_date_local: 'Sun 2026-06-14 06:00',
    });
    expect(rowOf({ ...ride, start_date })).toEqual({
      ...ride,
      start_date_local: 'Sun 2026-06-14 04:00 UTC',
    });
  });

  it.each([
    ['no start', {}],
    ['a start of another type', { start_date: 'odd', start_date_local: 7 }],
    ['a start of no calendar', { start_date: new Date(Number.NaN) }],
  ])('the rows of list leave %s out', (_, start) => {
    expect(rowOf({ ...ride, ...start })).toEqual(ride);
  });

  it('the rows of list have the start and the place in one column each', () => {
    const whole = { ...ride, start_date, start_date_local, distance: 20_000, derived: { place } };
    expect(headOf({ ...ride, start_date, distance: 10_000 }, whole)).toBe(
      'Activity | Name | Sport | Start | Distance | Place',
    );
  });
});
