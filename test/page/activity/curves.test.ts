import { describe, expect, it } from 'vitest';
import { heartrateCurveSection, powerCurveSection } from '../../../src/page/activity/curves.js';
import { createFormat } from '../../../src/page/lib/format.js';
import type { Tree } from '../../../src/page/lib/tree.js';
import { toHtml } from '../../../src/page/lib/tree.js';
import { detailOf } from './activity-detail.ts';

const format = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });
const powersOf = (...powers: readonly (readonly [number, number, number | null])[]) =>
  powerCurveSection(
    detailOf({
      bestPowers: powers.map(([seconds, watts, yearBest]) => ({ seconds, watts, yearBest })),
    }),
    format,
  );

/** The points of a line, by its class. */
function pointsOf(tree: Tree | null, name: string): readonly (readonly number[])[] {
  const line = new RegExp(`<polyline class="${name}" points="([^"]*)"`);
  const [, points = ''] = line.exec(toHtml(tree ?? '')) ?? [];
  return points === '' ? [] : points.split(' ').map((point) => point.split(',').map(Number));
}

/** The texts of the axes. */
function ticksOf(tree: Tree | null): readonly string[] {
  return [...toHtml(tree ?? '').matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = '']) => text);
}

describe('the power curve of an activity', () => {
  const section = powersOf([1, 900, 1_000], [60, 300, null], [3_600, 0, 200]);

  it('has the durations by their logarithm, and the powers from zero', () => {
    const own = pointsOf(section, 'curve-own');
    expect(own.map(([x]) => x)).toEqual([0, 500, 1_000]);
    const [[, top = 0] = [], [, middle = 0] = [], [, bottom = 0] = []] = own;
    expect((bottom - middle) / (bottom - top)).toBeCloseTo(1 / 3, 2);
    expect(ticksOf(section)).toEqual(
      expect.arrayContaining(['0', '500', '1,000', '1 sec', '1 min', '1h']),
    );
  });

  it('has the best of the year as a line of its own, without what is unknown', () => {
    expect(pointsOf(section, 'curve-best').map(([x]) => x)).toEqual([0, 1_000]);
    expect(toHtml(section ?? '')).toContain('Best of the sport in the year');
    const alone = powersOf([1, 900, null], [60, 300, null]);
    expect(toHtml(alone ?? '')).not.toContain('Best of the sport in the year');
  });

  it('says its values in its name', () => {
    expect(toHtml(section ?? '')).toContain(
      'role="img" aria-label="Power curve, 300 W over 1 minute, 0 W over 1 hour"',
    );
  });

  it('is a table alone with one duration, and nothing without any', () => {
    expect(toHtml(powersOf([1, 900, null]) ?? '')).not.toContain('<svg');
    expect(powersOf()).toBeNull();
  });

  it('has an axis where all powers are zero', () => {
    const zero = powersOf([1, 0, 0], [5, 0, null]);
    expect(pointsOf(zero, 'curve-own').flat().every(Number.isFinite)).toBe(true);
    expect(ticksOf(zero)).toEqual(['0', '1', '1 sec', '5 secs']);
  });
});

describe('the heart rate curve of an activity', () => {
  it('begins below the lowest heart rate, not at zero', () => {
    const bestHeartrates = [
      { seconds: 5, bpm: 183, yearBest: 191 },
      { seconds: 1_200, bpm: 152.4, yearBest: 171 },
    ];
    const section = heartrateCurveSection(detailOf({ bestHeartrates }), format);
    expect(ticksOf(section)).toEqual([
      ...['150', '160', '170', '180', '190', '200'],
      ...['5 secs', '1 min', '10 mins'],
    ]);
    expect(toHtml(section ?? '')).toContain('Heart rate curve, 183 bpm over 5 seconds, 152 bpm');
  });
});
