import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { City } from '../../../bench/gazetteer.ts';
import { encodeGazetteer } from '../../../bench/gazetteer.ts';
import { metersBetween } from '../../../src/domain/activity/great-circle.ts';
import { createGazetteer, maxPlaceMeters } from '../../../src/domain/derived/gazetteer.ts';

const cityAt = (name: string, lat: number, lng: number, more: Partial<City> = {}): City => ({
  ...{ name, lat: String(lat), lng: String(lng), country: 'AT', admin1: '09' },
  ...more,
});

const regions = [
  { code: 'AT.09', name: 'Vienna' },
  { code: 'FJ.03', name: 'Northern' },
];

const gazetteerOf = (cities: readonly City[]) => createGazetteer(encodeGazetteer(cities, regions));

/** Compares the point with every city. */
function nearestOf(cities: readonly City[], [lng, lat]: readonly [number, number]) {
  const distances = cities.map((city) =>
    metersBetween(lat, lng, Number(city.lat), Number(city.lng)),
  );
  const meters = Math.min(...distances);
  return { meters, name: cities[distances.indexOf(meters)]?.name };
}

describe('a gazetteer', () => {
  it('names the city, the region and the country of a place', () => {
    const gazetteer = gazetteerOf([
      cityAt('Währing', 48.226, 16.3447),
      cityAt('Labasa', -16.43, 179.36, { country: 'FJ', admin1: '03' }),
    ]);
    expect(gazetteer.nearest([16.34, 48.22])).toEqual({
      city: 'Währing',
      region: 'Vienna',
      country: 'Austria',
      country_code: 'AT',
    });
    expect(gazetteer.nearest([179.4, -16.5])).toMatchObject({ city: 'Labasa', country: 'Fiji' });
  });

  it('leaves out a region without a name, and shows the code of a country without one', () => {
    const gazetteer = gazetteerOf([cityAt('Somewhere', 1, 1, { country: 'QQ', admin1: '' })]);
    expect(gazetteer.nearest([1, 1])).toEqual({
      city: 'Somewhere',
      country: 'QQ',
      country_code: 'QQ',
    });
  });

  it('finds a place across the antimeridian, from both sides', () => {
    const gazetteer = gazetteerOf([cityAt('East', 10, 179.9), cityAt('West', 20, -179.9)]);
    expect(gazetteer.nearest([-179.8, 10])?.city).toBe('East');
    expect(gazetteer.nearest([179.8, 20])?.city).toBe('West');
    expect(gazetteer.nearest([180, 10])?.city).toBe('East');
    expect(gazetteer.nearest([-180, 20])?.city).toBe('West');
  });

  it('finds a place across a pole, and at it', () => {
    const gazetteer = gazetteerOf([cityAt('North', 89.9, 10), cityAt('South', -90, 0)]);
    expect(gazetteer.nearest([-170, 89.9])?.city).toBe('North');
    expect(gazetteer.nearest([0, 90])?.city).toBe('North');
    expect(gazetteer.nearest([77, -90])?.city).toBe('South');
  });

  it('finds none farther than the bound, nor without places', () => {
    const gazetteer = gazetteerOf([cityAt('Island', 0, 0)]);
    const degrees = maxPlaceMeters / metersBetween(0, 0, 1, 0);
    expect(gazetteer.nearest([0, degrees * 0.999])?.city).toBe('Island');
    expect(gazetteer.nearest([degrees * 1.001, 0])).toBeUndefined();
    expect(gazetteerOf([]).nearest([0, 0])).toBeUndefined();
  });

  it('agrees with a comparison of the point with every place', () => {
    const coordinate = (max: number) => fc.double({ min: -max, max, noNaN: true });
    // Small areas, so that several places are within the bound: one at the antimeridian, one at a pole.
    const areas = fc.constantFrom<readonly [number, number]>([16, 48], [180, -17], [40, 89.8]);
    const offsets = fc.array(fc.tuple(coordinate(1), coordinate(0.9)), { minLength: 1 });
    const near = fc.record({ area: areas, offsets, at: fc.tuple(coordinate(1), coordinate(0.2)) });
    const wrapped = (lng: number): number => (lng > 180 ? lng - 360 : lng);
    fc.assert(
      fc.property(near, ({ area: [lng, lat], offsets: given, at: [east, north] }) => {
        const cities = given.map(([x, y], index) =>
          cityAt(`C${index}`, +Math.min(90, lat + y).toFixed(5), +wrapped(lng + x).toFixed(5)),
        );
        const point = [wrapped(lng + east), lat + north] as const;
        const nearest = nearestOf(cities, point);
        const found = gazetteerOf(cities).nearest(point);
        const foundCity = cities.find(({ name }) => name === found?.city);
        if (nearest.meters > maxPlaceMeters) expect(found).toBeUndefined();
        else
          expect(nearestOf(foundCity ? [foundCity] : [], point).meters).toBeCloseTo(
            nearest.meters,
            3,
          );
      }),
    );
  });
});
