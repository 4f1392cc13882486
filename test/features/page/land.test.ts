import { describe, expect, it } from 'vitest';
import type { Land } from '../../../src/features/page/api/types/lists.ts';
import { readLand } from '../../../src/features/page/land.ts';

/** Whether a position lies on the land, by the number of borders that a line to the east crosses. */
function isLand(land: Land, lat: number, wanted: number): boolean {
  return [-360, 0, 360].some((shift) => {
    const lng = wanted + shift;
    let crossings = 0;
    for (const ring of land.flat()) {
      for (let index = 0; index + 3 < ring.length; index += 2) {
        const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = ring.slice(index, index + 4);
        if (y1 > lat !== y2 > lat && lng < x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1)) {
          crossings += 1;
        }
      }
    }
    return crossings % 2 === 1;
  });
}

describe('the land of the map', () => {
  it.each([
    ['Vienna', 48.2, 16.4, true],
    ['Kansas', 38.5, -98, true],
    ['Alice Springs', -23.7, 133.9, true],
    ['the Atlantic', 40, -40, false],
    ['the Pacific', 0, -140, false],
    ['the Caspian Sea', 42, 50.5, false],
    ['the west of Chukotka', 67, 178, true],
    ['the east of Chukotka', 67, -178, true],
    ['the Norwegian Sea at the same latitude', 67, 2, false],
    ['the South Pole', -89, 40, true],
    ['the Southern Ocean', -60, 40, false],
  ])('has %s where it is', async (_, lat, lng, expected) => {
    expect(isLand(await readLand(), lat, lng)).toBe(expected);
  });

  it('is small enough for the first look at the map', async () => {
    const text = JSON.stringify(await readLand());
    expect(text.length).toBeLessThan(80_000);
  });
});
