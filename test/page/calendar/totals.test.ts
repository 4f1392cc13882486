import { describe, expect, it } from 'vitest';
import {
  periodText,
  streakList,
  totalsByYear,
  totalsTable,
} from '../../../src/page/calendar/totals.js';
import { createFormat } from '../../../src/page/lib/format.js';
import { toHtml } from '../../../src/page/lib/tree.js';

const format = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });

describe('the totals beside the calendar', () => {
  it('show the newest period first, whatever the order of the response', () => {
    const row = { activities: 3, distance: 120_000, movingTime: 18_000, climbing: 900 };
    const rows = ['2026-01', '2026-11', '2025-12'].map((key) => ({ key, ...row }));
    const html = toHtml(totalsTable({ by: 'month', rows }, format, 'en-GB'));
    const periods = [...html.matchAll(/<th scope="row">(.*?)<\/th>/g)].map(([, text]) => text);
    expect(periods).toEqual(['Nov 2026', 'Jan 2026', 'Dec 2025']);
    expect(html).toContain('>3</td>');
    expect(html).toContain('>5h</td>');
    expect(html).toContain('>120 km</td>');
    expect(html).toContain('>900 m</td>');
  });

  it('are those of a year where its days are summed', () => {
    const row = { activities: 1, distance: 10, movingTime: 20, climbing: 30 };
    const days = ['2025-12-31', '2026-01-01', '2026-11-22'].map((key) => ({ key, ...row }));
    expect([...totalsByYear(days)]).toEqual([
      ['2025', { key: '2025', ...row }],
      ['2026', { key: '2026', activities: 2, distance: 20, movingTime: 40, climbing: 60 }],
    ]);
    expect(totalsByYear([]).size).toBe(0);
  });

  it.each([
    ['week', '2026-W07', 'Week 7, 2026'],
    ['month', '2026-11', 'Nov 2026'],
    ['year', '2026', '2026'],
    ['month', 'unknown', 'unknown'],
    ['week', 'unknown', 'unknown'],
  ] as const)('write the %s %s as %s', (by, key, text) => {
    expect(periodText(by, key, 'en-GB')).toBe(text);
  });
});

describe('the streaks', () => {
  const rows = [
    { from: '2026-01-03', to: '2026-02-14', days: 43 },
    { from: '2026-11-20', to: '2026-11-22', days: 3 },
    { from: '2025-03-01', to: '2025-03-01', days: 1 },
    { from: '2025-04-01', to: '2025-04-01', days: 1 },
    { from: '2025-05-01', to: '2025-05-01', days: 1 },
    { from: '2025-06-01', to: '2025-06-01', days: 1 },
  ];
  const htmlOf = (today: string): string =>
    streakList({ rows }, format, today).map(toHtml).join('');

  it('name the five longest', () => {
    const items = [...htmlOf('2026-11-22').matchAll(/<li>(.*?)<\/li>/g)].map(([, text]) => text);
    expect(items).toHaveLength(5);
    expect(items[0]).toBe('43 days, 3 Jan 2026 to 14 Feb 2026');
    expect(items[2]).toBe('1 day, 1 Mar 2025');
  });

  it.each(['2026-11-22', '2026-11-23'])('still go on at %s', (today) => {
    expect(htmlOf(today)).toContain('Going on: 3 days, 20 Nov 2026 to 22 Nov 2026.');
  });

  it('end after a whole day without an activity', () => {
    expect(htmlOf('2026-11-24')).toContain('No streak is going on.');
  });
});
