import { describe, expect, it } from 'vitest';
import { tracksNear } from '../../../src/page/map/nearest.js';
import { boxAround, isOverlapping } from '../../../src/page/map/projection.js';

function trackOf(id: string, ...values: number[]) {
  const points = Float64Array.from(values);
  return { id, points, box: boxAround(points) };
}

const flat = trackOf('flat', 0, 0, 10, 0);
const steep = trackOf('steep', 5, 1, 5, 10);
const dot = trackOf('dot', 20, 20);
const tracks = [flat, steep, dot];

describe('the tracks under the pointer', () => {
  it.each([
    [2, 0.5, 1, ['flat']],
    [5, 0.8, 1, ['steep', 'flat']],
    [5, 0.2, 1, ['flat', 'steep']],
    [2, 2, 1, []],
    [12, 0, 1, []],
    [20.5, 20, 1, ['dot']],
  ])('at %d, %d within %d are %j, the nearest first', (x, y, reach, ids) => {
    expect(tracksNear(tracks, x, y, reach).map(({ id }) => id)).toEqual(ids);
  });

  it('are none of those whose box alone contains the pointer', () => {
    expect(tracksNear([trackOf('corner', 0, 0, 10, 0, 10, 10)], 2, 8, 1)).toEqual([]);
  });
});

describe('the box around points', () => {
  it('is the smallest', () => {
    expect(boxAround(Float64Array.from([3, 4, -1, 9, 2, 5]))).toEqual({
      left: -1,
      top: 4,
      right: 3,
      bottom: 9,
    });
  });

  it('of no point overlaps nothing', () => {
    const everything = { left: -10, top: -10, right: 10, bottom: 10 };
    expect(isOverlapping(boxAround(new Float64Array()), everything)).toBe(false);
    expect(isOverlapping(flat.box, everything)).toBe(true);
    expect(isOverlapping(dot.box, everything)).toBe(false);
  });
});
