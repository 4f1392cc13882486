import { describe, expect, it } from 'vitest';
import { dayPanel, rowsOfDay } from '../../../src/page/calendar/day-panel.js';
import type { Row } from '../../../src/page/lib/activities.js';
import { createFormat } from '../../../src/page/lib/format.js';
import { toHtml } from '../../../src/page/lib/tree.js';
import { rowOf } from '../row.ts';

const format = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });

function htmlOf(rows: readonly Row[]): string {
  return dayPanel('2026-11-22', rows, { format, athlete: '', onClose: () => undefined })
    .map(toHtml)
    .join('');
}

describe('the activities of a day', () => {
  it('are those of the wall clock at the place, the earliest first', () => {
    const rows = [
      rowOf({ id: '3', start: 1_795_384_800, local: '2026-11-23T00:30:00' }),
      rowOf({ id: '2', start: 1_795_350_000, local: '2026-11-22T14:00:00' }),
      rowOf({ id: '1', start: 1_795_300_200, local: '2026-11-22T00:10:00' }),
    ];
    expect(rowsOfDay(rows, '2026-11-22').map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('are of the day in UTC where the wall clock is unknown', () => {
    const rows = [rowOf({ id: '1', start: Date.UTC(2026, 10, 22, 23) / 1_000, local: '' })];
    expect(rowsOfDay(rows, '2026-11-22')).toHaveLength(1);
    expect(rowsOfDay(rows, '2026-11-23')).toHaveLength(0);
  });

  it('are linked by their names, which are only text', () => {
    const html = htmlOf([rowOf({ id: '9007199254740993', name: '<script>alert("x")</script>' })]);
    expect(html).toContain('href="/activities/9007199254740993"');
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script>');
  });

  it('leave out the measures that an activity has not', () => {
    const row = rowOf({ sport: 'Yoga', distance: 0, climbing: null, movingTime: 3_600 });
    expect(htmlOf([row])).toContain('>Yoga · 1h</span>');
  });

  it('are none where the chosen sport has none on that day', () => {
    expect(htmlOf([])).toContain('No activity on this day.');
  });
});
