import { describe, expect, it } from 'vitest';
import type { Brush } from '../../../src/page/map/paint.js';
import { heatOf, landOf, paintHeat, paintTracks } from '../../../src/page/map/paint.js';
import {
  boxAround,
  projectLat,
  projectLng,
  unprojectX,
  unprojectY,
} from '../../../src/page/map/projection.js';

/** What a canvas was told, as text. */
function createCanvas(): { context: Brush; calls: readonly string[] } {
  const calls: string[] = [];
  const context = new Proxy({} as Brush, {
    get:
      (_, name) =>
      (...values: number[]) => {
        calls.push([String(name), ...values.map((value) => Math.round(value))].join(' '));
      },
    set: (_, name, value) => {
      calls.push(`${String(name)} = ${String(value)}`);
      return true;
    },
  });
  return { context, calls };
}

const view = {
  scale: 1_000,
  left: 0,
  top: 0,
  zoom: 2,
  box: { left: 0, top: 0, right: 1, bottom: 1 },
};
const style = { color: 'red', width: 2 };

function trackOf(...values: number[]) {
  const points = Float64Array.from(values);
  return { id: '1', points, box: boxAround(points) };
}

function linesOf(...values: number[]): string[] {
  const { context, calls } = createCanvas();
  paintTracks(context, view, [trackOf(...values)], style);
  return calls.filter((call) => /^(move|line)To/.test(call));
}

describe('the lines of the tracks', () => {
  it('leave out points that are not seen, but never the last', () => {
    expect(linesOf(0.1, 0.1, 0.1001, 0.1001, 0.2, 0.2, 0.2001, 0.2001)).toEqual([
      'moveTo 100 100',
      'lineTo 100 100',
      'lineTo 200 200',
      'lineTo 200 200',
    ]);
  });

  it('do not cross the world where a track crosses the antimeridian', () => {
    expect(linesOf(0.99, 0.1, 0.01, 0.1)).toEqual([
      'moveTo 990 100',
      'lineTo 990 100',
      'moveTo 10 100',
      'lineTo 10 100',
    ]);
  });

  it('are drawn only in the map’s window', () => {
    expect(linesOf(2, 2, 3, 3)).toEqual([]);
  });
});

describe('the heat', () => {
  const cells = {
    lng: [16.37, 16.38, 16.39],
    lat: [48.2, 48.2, 48.2],
    activities: [1, 10, 100],
    samples: [1, 1, 1],
  };

  it('grows with the logarithm of the activities', () => {
    const levels = heatOf(cells, 5);
    expect(levels.map(({ corners }) => corners.length / 4)).toEqual([1, 0, 1, 0, 1]);
    const [west = 0, north = 0, east = 0, south = 0] = levels[0]?.corners ?? [];
    expect([unprojectX(west), unprojectX(east)].map((lng) => lng.toFixed(4))).toEqual([
      '16.3695',
      '16.3705',
    ]);
    expect(unprojectY(north)).toBeCloseTo(48.2005, 6);
    expect(unprojectY(south)).toBeCloseTo(48.1995, 6);
  });

  it('has one colour where no cell was passed twice', () => {
    const once = heatOf({ ...cells, activities: [1, 1, 1] }, 5);
    expect(once.map(({ corners }) => corners.length / 4)).toEqual([3, 0, 0, 0, 0]);
  });

  it('is painted from the coldest to the hottest, each cell large enough to be seen', () => {
    const { context, calls } = createCanvas();
    paintHeat(context, view, heatOf(cells, 5), ['a', 'b', 'c', 'd', 'e']);
    const y = Math.round(projectLat(48.2005) * 1_000);
    const rect = (lng: number): string =>
      `fillRect ${Math.round(projectLng(lng - 0.0005) * 1_000)} ${y} 2 2`;
    expect(calls).toEqual([
      'fillStyle = a',
      rect(16.37),
      'fillStyle = b',
      'fillStyle = c',
      rect(16.38),
      'fillStyle = d',
      'fillStyle = e',
      rect(16.39),
    ]);
  });
});

describe('the land', () => {
  it('is projected ring by ring', () => {
    const [, polygon] = landOf([[[-180, 0, 0, 0, 0, 85.0511287798]]]);
    const [ring] = polygon?.rings ?? [];
    expect([...(ring ?? [])].map((value) => Number(value.toFixed(6)))).toEqual([
      0, 0.5, 0.5, 0.5, 0.5, 0,
    ]);
  });
});
