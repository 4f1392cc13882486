import { describe, expect, it } from 'vitest';
import { climbsSection, descentsSection } from '../../../src/page/activity/climbs.js';
import { powerCurveSection } from '../../../src/page/activity/curves.js';
import { sameRouteSection, segmentsSection } from '../../../src/page/activity/history.js';
import {
  bestDistancesSection,
  lapsSection,
  tableColumn,
  zonesSection,
} from '../../../src/page/activity/tables.js';
import { createFormat } from '../../../src/page/lib/format.js';
import type { Tree } from '../../../src/page/lib/tree.js';
import { toHtml } from '../../../src/page/lib/tree.js';
import { detailOf, summaryOf } from './activity-detail.ts';

const format = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });
const reader = { format, athlete: '1001' };

/** The texts of the cells, row by row, headings first. */
function cellsOf(tree: Tree | null): readonly (readonly string[])[] {
  const rows = toHtml(tree ?? '').matchAll(/<tr>(.*?)<\/tr>/g);
  return [...rows].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) =>
      cell.replaceAll(/<[^>]*>/g, ''),
    ),
  );
}

const lap = {
  name: 'Lap 1',
  distance: 1_000,
  movingTime: 300,
  climbing: null,
  heartrate: 150.4,
  watts: null,
};

describe('the laps of an activity', () => {
  it('have no column without a value', () => {
    const laps = [lap, { ...lap, name: '', distance: 500, movingTime: 200, heartrate: null }];
    expect(cellsOf(lapsSection(detailOf({ laps }), format))).toEqual([
      ['Lap', 'Distance', 'Time', 'Pace', 'Compared', 'Heart rate'],
      ['Lap 1', '1.00 km', '5:00', '5:00 /km', '', '150 bpm'],
      ['Lap 2', '0.50 km', '3:20', '6:40 /km', '', ''],
    ]);
  });

  it('are not shown where a single one is the whole activity', () => {
    expect(lapsSection(detailOf({ laps: [lap] }), format)).toBeNull();
  });

  it('have bars in proportion to their speed', () => {
    const laps = [lap, { ...lap, movingTime: 600 }, { ...lap, movingTime: null }];
    const html = toHtml(lapsSection(detailOf({ laps }), format) ?? '');
    const widths = [...html.matchAll(/class="bar-value" width="([^"]*)"/g)].map(
      ([, width]) => width,
    );
    expect(widths).toEqual(['100.0%', '50.0%', '0.0%']);
  });
});

describe('the zones of an activity', () => {
  it('have their limits, their time and its share', () => {
    const zones = [
      { min: 0, max: 120, seconds: 900 },
      { min: 120, max: 150, seconds: 2_700 },
      { min: 150, max: null, seconds: 0 },
    ];
    expect(cellsOf(zonesSection('Zones', zones, 'bpm', format)).slice(1)).toEqual([
      ['below 120 bpm', '15:00', '25 %', ''],
      ['120 – 150 bpm', '45:00', '75 %', ''],
      ['150 bpm and more', '0:00', '0 %', ''],
    ]);
  });

  it('are not shown where nothing was measured', () => {
    expect(zonesSection('Zones', [{ min: 0, max: 120, seconds: 0 }], 'bpm', format)).toBeNull();
    expect(zonesSection('Zones', [], 'bpm', format)).toBeNull();
    expect(tableColumn([null, null])).toBeNull();
  });
});

describe('the best efforts of an activity', () => {
  it('have the rate of their sport', () => {
    const bestDistances = [
      { meters: 400, seconds: 80 },
      { meters: 5_000, seconds: 1_200 },
    ];
    expect(cellsOf(bestDistancesSection(detailOf({ bestDistances }), format)).slice(1)).toEqual([
      ['400 m', '1:20', '3:20 /km'],
      ['5.00 km', '20:00', '4:00 /km'],
    ]);
  });

  it('have the power over each duration beside the best of the year', () => {
    const bestPowers = [
      { seconds: 60, watts: 320.4, yearBest: 402 },
      { seconds: 300, watts: 250, yearBest: null },
    ];
    expect(cellsOf(powerCurveSection(detailOf({ bestPowers }), format))).toEqual([
      ['Over', 'Power', 'Best of the year'],
      ['1 min', '320 W', '402 W'],
      ['5 mins', '250 W', ''],
    ]);
  });
});

describe('the climbs of an activity', () => {
  const climb = { start: 2_000, length: 5_000, gain: 350, gradient: 7, steepest: 11.3 };

  it('the climbs of an activity have their category by its name, and the metres in an hour', () => {
    const climbs = [
      { ...climb, category: 5, seconds: 1_800 },
      { ...climb, start: null, gradient: null, category: 7, seconds: 0 },
    ];
    expect(cellsOf(climbsSection(detailOf({ climbs }), format)).slice(1)).toEqual([
      ['2.00 km', '5.00 km', '350 m', '7.0 %', '11.3 %', '30:00', 'HC', '700 m'],
      ['', '5.00 km', '350 m', '', '11.3 %', '0:00', '', ''],
    ]);
  });

  it('the climbs of an activity without one are no section', () => {
    expect(climbsSection(detailOf({}), format)).toBeNull();
    expect(descentsSection(detailOf({}), format)).toBeNull();
  });

  it('the descents of an activity have a drop instead of a gain, and no category', () => {
    const descents = [{ ...climb, category: 5, seconds: 600 }];
    expect(cellsOf(descentsSection(detailOf({ descents }), format))).toEqual([
      ['Starts at', 'Length', 'Drop', 'Gradient', 'Steepest 100 m', 'Time'],
      ['2.00 km', '5.00 km', '350 m', '7.0 %', '11.3 %', '10:00'],
    ]);
  });
});

describe('the segments of an activity', () => {
  const history = [
    { activityId: '11', local: '2024-05-01T08:00:00', elapsedTime: 330 },
    { activityId: '13', local: '2024-06-01T08:00:00', elapsedTime: 340 },
    { activityId: '12', local: '2025-05-02T08:00:00', elapsedTime: 300 },
    { activityId: '12345678901', local: '2026-05-03T08:00:00', elapsedTime: 310 },
  ];
  const effort = { segmentId: '7', name: 'Hill', distance: 1_000, elapsedTime: 310, history };

  it('have their rank among all efforts, and the best one', () => {
    const [, row] = cellsOf(segmentsSection(detailOf({ segmentEfforts: [effort] }), reader));
    expect(row?.slice(0, 6)).toEqual(['Hill', '1.00 km', '5:10', '5:10 /km', '2 of 4', '']);
    expect(row?.[6]).toContain('best 5:00');
  });

  it('list the efforts newest first, with links to the other activities', () => {
    const html = toHtml(segmentsSection(detailOf({ segmentEfforts: [effort] }), reader) ?? '');
    const list = /<ol.*<\/ol>/.exec(html)?.[0] ?? '';
    const items = [...list.matchAll(/<li>(.*?)<\/li>/g)].map(([, item]) => item);
    expect(items).toEqual([
      '<strong>3 May 2026, 5:10</strong>',
      '<a href="/activities/12?athlete=1001">2 May 2025, 5:00</a>',
      '<a href="/activities/13?athlete=1001">1 Jun 2024, 5:40</a>',
      '<a href="/activities/11?athlete=1001">1 May 2024, 5:30</a>',
    ]);
  });

  it('draw a faster effort higher, and mark the one of this activity', () => {
    const html = toHtml(segmentsSection(detailOf({ segmentEfforts: [effort] }), reader) ?? '');
    expect(html).toContain('points="4.0,19.0 41.3,24.0 78.7,4.0 116.0,9.0"');
    expect(html).toContain('<circle cx="116.0" cy="9.0"');
  });

  it('have no history where this is the only effort', () => {
    const only = { ...effort, history: history.slice(3) };
    expect(cellsOf(segmentsSection(detailOf({ segmentEfforts: [only] }), reader))).toEqual([
      ['Segment', 'Distance', 'Time', 'Pace'],
      ['Hill', '1.00 km', '5:10', '5:10 /km'],
    ]);
  });
});

describe('the other activities on the same route', () => {
  it('are compared with this one', () => {
    const sameRoute = [
      summaryOf({ id: '1', movingTime: 3_065, local: '2025-01-02T08:00:00' }),
      summaryOf({ id: '2', movingTime: 2_988, name: '', local: '', start: '2024-01-02T23:30:00Z' }),
      summaryOf({ id: '3', movingTime: 3_000 }),
      summaryOf({ id: '4', movingTime: null }),
    ];
    const rows = cellsOf(sameRouteSection(detailOf({ sameRoute }), reader)).slice(1);
    expect(rows.map((row) => row.at(-1))).toEqual(['1:05 slower', '0:12 faster', 'as fast', '']);
    expect(rows[0]?.slice(0, 3)).toEqual(['2 Jan 2025', 'Over the hills', '10.00 km']);
    expect(rows[1]?.slice(0, 2)).toEqual(['2 Jan 2024', 'Untitled activity']);
  });
});
