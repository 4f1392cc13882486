import { describe, expect, it } from 'vitest';
import { measuresOf } from '../../../src/page/activity/measures.js';
import { plotTree, rowsOf, valueText } from '../../../src/page/activity/plot-row.js';
import { readSamples } from '../../../src/page/activity/samples.js';
import { createFormat } from '../../../src/page/lib/format.js';
import { toHtml } from '../../../src/page/lib/tree.js';

const format = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });

describe('the plots of a recording', () => {
  const streams = {
    time: [0, 1, 2, 3],
    heartrate: [120, null, 150, 135],
    velocity_smooth: [0, 2.5, 5, 0],
    watts: [null, null, null, null],
  };
  const samples = readSamples({ sampleCount: 4, points: 4, streams });
  const rows = rowsOf(samples, measuresOf('Run', format));

  it('are those of the measures that have values', () => {
    expect(rows.map(({ measure }) => measure.key)).toEqual(['velocity_smooth', 'heartrate']);
  });

  it('say the value at the cursor, and from where to where without one', () => {
    const at = (index: number | null) => rows.map((row) => valueText(row, index));
    expect(at(2)).toEqual(['3:20 /km', '150 bpm']);
    expect(at(1)).toEqual(['6:40 /km', '–']);
    expect(at(0)).toEqual(['–', '120 bpm']);
    expect(at(null)).toEqual(['6:40 /km – 3:20 /km', '120 bpm – 150 bpm']);
  });

  it('say in words what a canvas shows', () => {
    const html = rows.map((row) => toHtml(plotTree(row))).join('');
    expect(html).toContain('role="img" aria-label="Heart rate, 120 bpm – 150 bpm"');
  });

  it('have no range of a pace of somebody who stood all the time', () => {
    const still = readSamples({
      sampleCount: 2,
      points: 2,
      streams: { velocity_smooth: [0, 0.1] },
    });
    const [row] = rowsOf(still, measuresOf('Run', format));
    expect(row?.span).toBe('–');
  });
});
