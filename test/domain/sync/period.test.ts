import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { dayMs } from '../../../src/domain/duration.ts';
import { parseSince, parseUntil } from '../../../src/domain/sync/period.ts';

const now = Date.parse('2026-11-22T10:00:00.000Z');

describe('a period', () => {
  it.each([
    ['2019', '2019-01-01T00:00:00.000Z', '2019-12-31T23:59:59.999Z'],
    ['2019-03', '2019-03-01T00:00:00.000Z', '2019-03-31T23:59:59.999Z'],
    ['2019-12', '2019-12-01T00:00:00.000Z', '2019-12-31T23:59:59.999Z'],
    ['2020-02', '2020-02-01T00:00:00.000Z', '2020-02-29T23:59:59.999Z'],
    ['2019-03-01', '2019-03-01T00:00:00.000Z', '2019-03-01T23:59:59.999Z'],
    ['2020-02-29', '2020-02-29T00:00:00.000Z', '2020-02-29T23:59:59.999Z'],
    ['2019-12-31', '2019-12-31T00:00:00.000Z', '2019-12-31T23:59:59.999Z'],
    ['today', '2026-11-22T00:00:00.000Z', '2026-11-22T23:59:59.999Z'],
    ['yesterday', '2026-11-21T00:00:00.000Z', '2026-11-21T23:59:59.999Z'],
    ['0099', '0099-01-01T00:00:00.000Z', '0099-12-31T23:59:59.999Z'],
  ])('%s goes from its first to its last millisecond, UTC', (text, first, last) => {
    expect(parseSince(text, now)?.toISOString()).toBe(first);
    expect(parseUntil(text, now)?.toISOString()).toBe(last);
  });

  it.each([
    ['2019-03-01T06:30:00Z', '2019-03-01T06:30:00.000Z'],
    ['2019-03-01t06:30:00z', '2019-03-01T06:30:00.000Z'],
    ['2019-03-01T06:30:00.5Z', '2019-03-01T06:30:00.500Z'],
    ['2019-03-01T06:30:00.123456Z', '2019-03-01T06:30:00.123Z'],
    ['2019-03-01T00:30:00+01:00', '2019-02-28T23:30:00.000Z'],
    ['2019-03-01T06:30:00-08:00', '2019-03-01T14:30:00.000Z'],
    ['90d', '2026-08-24T10:00:00.000Z'],
    ['24h', '2026-11-21T10:00:00.000Z'],
    ['0s', '2026-11-22T10:00:00.000Z'],
  ])('%s is one instant', (text, instant) => {
    expect(parseSince(text, now)?.toISOString()).toBe(instant);
    expect(parseUntil(text, now)?.toISOString()).toBe(instant);
  });

  it.each([
    '',
    'tomorrow',
    'Today',
    '19',
    '20190301',
    '2019-3',
    '2019-3-1',
    '2019-00',
    '2019-13',
    '2019-02-29',
    '2019-02-30',
    '2019-04-31',
    '2019-01-32',
    '2019-01-00',
    '2019/03/01',
    '01.03.2019',
    ' 2019',
    '2019 ',
    '2019\n',
    '+2019',
    '-2019',
    '12019',
    '2019-03-01T06:30Z',
    '2019-03-01T06:30:00',
    '2019-03-01 06:30:00Z',
    '2019-03-01T24:00:00Z',
    '2019-03-01T06:60:00Z',
    '2019-03-01T06:30:61Z',
    '2019-02-30T06:30:00Z',
    '2019-03-01T06:30:00+24:00',
    '2019-03-01T06:30:00+0100',
    '90',
    '-90d',
    '1.5d',
    '104000000000d',
  ])('a period is not named by %j', (text) => {
    expect(parseSince(text, now)).toBeUndefined();
    expect(parseUntil(text, now)).toBeUndefined();
  });

  it('a period holds the instant out of which it is cut, and ends where the next one begins', () => {
    const instants = fc.date({
      min: new Date('1000-01-01T00:00:00Z'),
      max: new Date('9998-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.constantFrom(4, 7, 10), (instant, length) => {
        const text = instant.toISOString().slice(0, length);
        const first = parseSince(text, now)?.getTime() ?? Number.NaN;
        const last = parseUntil(text, now)?.getTime() ?? Number.NaN;
        expect(first).toBeLessThanOrEqual(instant.getTime());
        expect(last).toBeGreaterThanOrEqual(instant.getTime());
        const next = new Date(last + 1).toISOString();
        expect(next.slice(0, length)).not.toBe(text);
        expect(parseSince(next.slice(0, length), now)?.getTime()).toBe(last + 1);
      }),
    );
  });

  it('a period takes every instant that a Date writes', () => {
    const instants = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, (instant) => {
        expect(parseSince(instant.toISOString(), now)).toEqual(instant);
        expect(parseUntil(instant.toISOString(), now)).toEqual(instant);
      }),
    );
  });

  it('a period goes back from the present by any number of days', () => {
    fc.assert(
      fc.property(fc.nat(20_000), (days) => {
        expect(parseSince(`${days}d`, now)?.getTime()).toBe(now - days * dayMs);
      }),
    );
  });
});
