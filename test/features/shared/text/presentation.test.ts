import { describe, expect, it } from 'vitest';
import { presented } from '../../../../src/features/shared/text/presentation.ts';
import type { Presentation } from '../../../../src/features/shared/text/presentation.ts';
import { recipes } from '../../../../src/queries/recipes.ts';

const metric: Presentation = { units: 'metric', width: 1_000 };

/** The cells by their headings; no cell of these answers has two spaces within it. */
function cellsOf(document: object, more: Partial<Presentation> = {}): Record<string, string> {
  const text = presented([document], { ...metric, width: 1, ...more });
  const joined = text.replaceAll(/\n {2,}/g, '');
  return Object.fromEntries(
    joined.split('\n').map((line) => line.split(/ {2,}/) as [string, string]),
  );
}

describe('an answer for people', () => {
  it.each(recipes)(
    'an answer for people has headings of words for $name, and no stored name',
    (recipe) => {
      const [head = ''] = presented([recipe.answer], { ...metric, recipe }).split('\n');
      expect(head).not.toMatch(/_|\b(name|distance)\./);
      for (const heading of head.trim().split(/ {2,}/)) expect(heading).toMatch(/^[A-Z]/);
    },
  );

  it.each(recipes.filter(({ answer }) => 'start_date_local' in answer))(
    'an answer for people has the local time of $name with its weekday and without a Z',
    (recipe) => {
      const text = presented([recipe.answer], { ...metric, recipe });
      expect(text).toMatch(/(Sun|Sat|Mon) \d{4}-\d\d-\d\d \d\d:\d\d/);
      expect(text).not.toMatch(/\d\dZ/);
    },
  );

  it('an answer for people writes the pace of a run and the speed of a ride behind the moving time', () => {
    const totals = [
      { _id: 'Run', distance: 10_000, moving_time: 3_120 },
      { _id: 'Ride', distance: 36_000, moving_time: 3_600 },
    ];
    const lines = presented(totals, { ...metric, recipe: { groupedBy: 'sport' } }).split('\n');
    expect(lines).toEqual([
      'Sport  Distance  Moving      Speed',
      'Run    10.00 km  0:52 h   5:12 /km',
      'Ride   36.00 km  1:00 h  36.0 km/h',
    ]);
  });

  it('an answer for people takes the sport from the parameter where the answer has none', () => {
    const document = { _id: '2026', seconds_per_km: 312 };
    expect(presented([document], { ...metric, scope: { sport: 'Run' } })).toContain('5:12 /km');
    expect(presented([document], metric)).toContain('11.5 km/h');
  });

  it('an answer for people names weekdays', () => {
    const recipe = { groupedBy: 'weekday' } as const;
    expect(presented([{ _id: 7, activities: 2 }], { ...metric, recipe })).toBe(
      'Weekday  Activities\nSunday            2',
    );
  });

  it.each([
    ['best_distance', 5_000, 1_290, '5.00 km', '21:30'],
    ['best_power', 1_200, 251.4, '20:00', '251 W'],
    ['best_time', 3_600, 13_250, '1:00:00', '13.25 km'],
  ])(
    'an answer for people gives %s the units of its kind',
    (effort, size, value, shownSize, shownValue) => {
      const cells = presented([{ effort, size, value }], metric).split('\n')[1];
      expect(cells).toBe(`${effort.replace('_', ' ')}  ${shownSize}  ${shownValue}`);
    },
  );

  it('an answer for people writes what changed as a sentence, and no end of the last zone', () => {
    const fields = [{ field: 'name', from: 'Ride', to: 'Hills' }];
    expect(presented([{ fields }], metric)).toBe('Changes\nname: Ride → Hills');
    expect(presented([{ from_bpm: 170, to_bpm: -1 }], metric)).toBe('   From  To\n170 bpm');
  });

  it('an answer for people is imperial where that is wanted', () => {
    const document = { sport_type: 'Run', distance: 1_609.344, moving_time: 480, altitude: 100 };
    expect(cellsOf(document, { units: 'imperial' })).toMatchObject({
      Distance: '1.00 mi',
      Speed: '8:00 /mi',
      Altitude: '328 ft',
    });
  });

  it('an answer for people has instants in the time zone of the reader', () => {
    const nowMs = Date.parse('2026-11-26T19:06:00Z');
    const reader = { nowMs, timeZone: 'Europe/Vienna' };
    const answer = [{ next_try_at: new Date('2026-11-26T19:15:00Z') }];
    expect(presented(answer, { ...metric, reader })).toBe('Next try\n20:15 (in 9 minutes)');
  });
});
