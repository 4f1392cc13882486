import { describe, expect, it } from 'vitest';
import { localTimeIn } from '../../../src/domain/derived/country-time.ts';

describe('localTimeIn', () => {
  it.each([
    ['AT', '2026-07-01T22:30:05Z', '2026-07-02T00:30:05Z', 4, 0, '2026-W27'],
    ['DE', '2026-01-31T23:59:59Z', '2026-02-01T00:59:59Z', 7, 0, '2026-W05'],
    ['DE', '2026-03-29T01:00:00Z', '2026-03-29T03:00:00Z', 7, 3, '2026-W13'],
    ['IN', '2026-07-01T04:00:00Z', '2026-07-01T09:30:00Z', 3, 9, '2026-W27'],
    ['JP', '2026-12-31T16:00:00Z', '2027-01-01T01:00:00Z', 5, 1, '2026-W53'],
  ])('localTimeIn knows the wall clock in %s at %s', (country, at, wallClock, ...others) => {
    const [weekday, hour, week] = others;
    const expected = { date: new Date(wallClock), weekday, hour, week };
    expect(localTimeIn(country, new Date(at))).toEqual(expected);
    expect(localTimeIn(country, new Date(at))).toEqual(expected);
  });

  it.each(['US', 'ES', 'PT', 'AU', 'BR'])(
    'localTimeIn knows none in %s, whose time zones differ',
    (country) => {
      expect(localTimeIn(country, new Date('2026-07-01T12:00:00Z'))).toBeUndefined();
    },
  );

  it('localTimeIn knows the one of a country while its time zones agree', () => {
    // Busingen had no summer time in 1980, the rest of Germany did.
    expect(localTimeIn('DE', new Date('1980-07-01T12:00:00Z'))).toBeUndefined();
    expect(localTimeIn('DE', new Date('1980-12-01T12:00:00Z'))?.hour).toBe(13);
  });

  it('localTimeIn knows none without a country, without its time zones, and of no instant', () => {
    const at = new Date('2026-07-01T12:00:00Z');
    expect(localTimeIn(undefined, at)).toBeUndefined();
    expect(localTimeIn('ZZ', at)).toBeUndefined();
    expect(localTimeIn('AT', new Date(Number.NaN))).toBeUndefined();
  });
});
