import { describe, expect, it } from 'vitest';
import { directionOf, kmBetween, placesOf } from '../../../src/page/map/places.js';

const vienna = { lat: 48.2, lng: 16.37 };
const graz = { lat: 47.07, lng: 15.44 };
const tenerife = { lat: 28.3, lng: -16.5 };

function around({ lat, lng }: { lat: number; lng: number }, count: number, city = '') {
  return Array.from({ length: count }, (_, index) => ({
    lat: lat + ((index % 5) - 2) * 0.01,
    lng: lng + ((index % 7) - 3) * 0.01,
    city,
  }));
}

describe('the places with most starts', () => {
  it('are found among starts that are kilometres from each other, the fullest first', () => {
    const starts = [...around(tenerife, 35), ...around(vienna, 350), ...around(graz, 70)];
    const places = placesOf(starts, 6);
    expect(places.map(({ starts }) => starts)).toEqual([350, 70, 35]);
    expect(
      places.map((place, index) => kmBetween(place, [vienna, graz, tenerife][index] ?? place) < 1),
    ).toEqual([true, true, true]);
  });

  it('have the name of the city of most starts there', () => {
    const starts = [
      ...around(vienna, 9, 'Innere Stadt'),
      ...around({ lat: 48.24, lng: 16.45 }, 12, 'Floridsdorf'),
      ...around(vienna, 30),
      ...around(graz, 5),
    ];
    expect(placesOf(starts, 6).map(({ city }) => city)).toEqual(['Floridsdorf', '']);
  });

  it('are as many as wanted', () => {
    expect(placesOf([...around(vienna, 9), ...around(graz, 8)], 1)).toHaveLength(1);
  });

  it('are none without a start', () => {
    expect(placesOf([], 6)).toEqual([]);
  });

  it('can lie on both sides of the antimeridian', () => {
    const starts = [
      { lat: -16.8, lng: 179.99, city: '' },
      { lat: -16.8, lng: -179.99, city: '' },
    ];
    const [place, ...others] = placesOf(starts, 6);
    expect(others).toEqual([]);
    expect(place?.starts).toBe(2);
    expect(Math.abs(place?.lng ?? 0)).toBeCloseTo(180, 1);
  });
});

describe('where a place lies', () => {
  it.each([
    [vienna, graz, 'south-west'],
    [graz, vienna, 'north-east'],
    [vienna, { lat: 60, lng: 16.37 }, 'north'],
    [vienna, { lat: 10, lng: 16.37 }, 'south'],
    [{ lat: 0, lng: 179 }, { lat: 0, lng: -179 }, 'east'],
    [{ lat: 0, lng: -179 }, { lat: 0, lng: 179 }, 'west'],
  ])('from %j to %j is %s', (from, to, direction) => {
    expect(directionOf(from, to)).toBe(direction);
  });

  it('is as far as the globe says', () => {
    expect(kmBetween(vienna, graz)).toBeCloseTo(143.7, 0);
    expect(kmBetween({ lat: 0, lng: 0 }, { lat: 0, lng: 180 })).toBeCloseTo(20_015, 0);
  });
});
