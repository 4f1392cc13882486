import { Writable } from 'node:stream';
import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';

import { activityText } from '../../../src/features/show/report.ts';

const climb = {
  ...{ from_m: 2_000, to_m: 7_000, from_index: 400, to_index: 1_400, length: 5_000, gain: 350.2 },
  ...{ gradient: 7, steepest: 11.3, category: 5, seconds: 1_800 },
};

function shown(derived: unknown, route?: Document): string {
  const activity = { _id: 1, sport_type: 'Ride', derived };
  const program = { stdout: new Writable(), env: {} };
  return activityText(program, { activity, recording: undefined, route }, 'metric');
}

const rowsOf = (text: string, title: string): readonly (readonly string[])[] =>
  (text.split('\n\n').find((part) => part.startsWith(title)) ?? '')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/ {2,}/));

describe('show', () => {
  it.each([
    ['Wien, Lower Austria, Austria', { city: 'Wien', region: 'Lower Austria', country: 'Austria' }],
    ['Vienna, Austria', { city: 'Vienna', region: 'Vienna', country: 'Austria' }],
    ['Vienna', { city: 'Vienna', region: 7, country: ['Austria'] }],
  ])('show has the place of the start once: %s', (text, place) => {
    expect(shown({ place })).toMatch(new RegExp(`^ *Place +${text}$`, 'm'));
  });

  it.each([[undefined], ['odd'], [{ city: 7 }]])('show has no place of %j', (place) => {
    expect(shown({ place })).not.toContain('Place');
  });

  it.each([
    [
      '1,204 times, best 49:12, usually 1:02:05',
      { count: 1_204, best_moving_time: 2_952, usual_moving_time: 3_725 },
    ],
    ['2 times', { count: 2, best_moving_time: 'odd' }],
  ])('show says how often and how fast the route was taken: %s', (text, route) => {
    expect(shown({}, route)).toMatch(new RegExp(`^ *This route +${text}$`, 'm'));
  });

  it.each([[undefined], [{ count: 1, best_moving_time: 5 }], [{ count: ['odd'] }]])(
    'show has no route of %j',
    (route) => {
      expect(shown({}, route)).not.toContain('route');
    },
  );

  it('show has the start in UTC where the wall clock is unknown', () => {
    const activity = { _id: 1, start_date: new Date('2026-06-14T04:00:12Z') };
    const program = { stdout: new Writable(), env: {} };
    const text = activityText(program, { activity, recording: undefined }, 'metric');
    expect(text).toMatch(/^Start +Sun 2026-06-14 04:00 UTC$/m);
  });

  it('show has the climbs of an activity with their category and rate of ascent', () => {
    expect(rowsOf(shown({ climbs: [climb] }), 'Climbs')).toEqual([
      ['Starts at', 'Length', 'Gain', 'Gradient', 'Steepest', 'Time', 'Category', 'VAM'],
      ['2.00 km', '5.00 km', '350 m', '7.0 %', '11.3 %', '30:00', 'HC', '700 m/h'],
    ]);
  });

  it('show has the descents of an activity without a category', () => {
    const text = shown({ climbs: [], descents: [climb] });
    expect(text).not.toContain('Climbs');
    expect(rowsOf(text, 'Descents').map((row) => row.length)).toEqual([6, 6]);
  });

  it.each([
    ['no list', 'odd'],
    ['odd members', [7, null, 'odd', []]],
    ['a time of zero', [{ ...climb, seconds: 0 }]],
    ['a text as its gain', [{ ...climb, gain: 'odd' }]],
  ])('show leaves out climbs with %s', (_, climbs) => {
    expect(shown({ climbs, descents: climbs })).not.toMatch(/Climbs|Descents/);
  });
});
