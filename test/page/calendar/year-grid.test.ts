import { describe, expect, it } from 'vitest';
import { daysOf } from '../../../src/page/calendar/days.js';
import type { Measure } from '../../../src/page/calendar/year-grid.js';
import { yearSection } from '../../../src/page/calendar/year-grid.js';
import { createFormat } from '../../../src/page/lib/format.js';
import { toHtml } from '../../../src/page/lib/tree.js';

const format = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });
const ride = { activities: 2, movingTime: 11_520, distance: 84_200, climbing: 1_210 };
const yoga = { activities: 1, movingTime: 3_600, distance: 0, climbing: 0 };

function htmlOf({
  chosen = '',
  measure = 'movingTime',
}: { chosen?: string; measure?: Measure } = {}): string {
  const totals = new Map([
    ['2026-11-22', { key: '2026-11-22', ...ride }],
    ['2026-03-01', { key: '2026-03-01', ...yoga }],
  ]);
  const grid = {
    year: 2026,
    days: daysOf(2026),
    totals,
    measure,
    thresholds: [5_000],
    chosen,
    format,
    locale: 'en-GB',
  };
  return yearSection(grid, { key: '2026', ...ride })
    .map(toHtml)
    .join('');
}

/** The attributes of a day's cell. */
function dayOf(html: string, key: string): string {
  return new RegExp(`<td [^>]*data-day="${key}"[^>]*>`).exec(html)?.[0] ?? '';
}

describe('the grid of a year', () => {
  it('says of each day what was done on it', () => {
    const html = htmlOf();
    expect(html.match(/data-day=/g)).toHaveLength(365);
    expect(dayOf(html, '2026-11-22')).toContain(
      'title="22 Nov 2026: 2 activities, 3h 12m, 84 km, 1,210 m climbed"',
    );
    expect(dayOf(html, '2026-03-01')).toContain('title="1 Mar 2026: 1 activity, 1h"');
    expect(dayOf(html, '2026-03-02')).toContain('title="2 Mar 2026: no activity"');
  });

  it('colours a day by the chosen measure, and still marks one that has none of it', () => {
    expect(dayOf(htmlOf(), '2026-11-22')).toContain('data-level="2" data-active');
    expect(dayOf(htmlOf(), '2026-03-01')).toContain('data-level="1" data-active');
    const climbed = htmlOf({ measure: 'climbing' });
    expect(dayOf(climbed, '2026-11-22')).toContain('data-level="1" data-active');
    expect(dayOf(climbed, '2026-03-01')).toContain('data-level="0" data-active');
    expect(dayOf(climbed, '2026-03-02')).not.toContain('data-active');
  });

  it('is one stop of the tabulator: the last day with an activity, or the chosen one', () => {
    const stops = [...htmlOf().matchAll(/<td [^>]*tabindex="0"[^>]*>/g)];
    expect(stops.map(([cell]) => /data-day="([^"]*)"/.exec(cell)?.[1])).toEqual(['2026-11-22']);
    const html = htmlOf({ chosen: '2026-03-01' });
    expect(html.match(/tabindex="0"/g)).toHaveLength(1);
    expect(dayOf(html, '2026-03-01')).toMatch(/tabindex="0" aria-selected="true"/);
  });

  it('has a row for each weekday, which begins a week later before the year’s first day', () => {
    const rows = htmlOf().split('<tr>').slice(2);
    expect(rows).toHaveLength(7);
    expect(rows.map((row) => /^<th[^>]*>(.*?)<\/th>(<td><\/td>)?/.exec(row)?.[2])).toEqual([
      ...['<td></td>', '<td></td>', '<td></td>'],
      ...[undefined, undefined, undefined, undefined],
    ]);
  });

  it('names the months over all of its weeks', () => {
    const spans = [...htmlOf().matchAll(/colspan="(\d+)"/g)].map(([, span]) => Number(span));
    expect(spans).toHaveLength(12);
    expect(spans.reduce((sum, span) => sum + span)).toBe(53);
  });
});
