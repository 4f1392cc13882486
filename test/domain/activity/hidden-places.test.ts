import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isHidden,
  isLineHidden,
  parsePlace,
  parsePlaces,
} from '../../../src/domain/activity/hidden-places.ts';

const earthRadius = 6_371_000;

/** By vectors on the sphere. */
function metersBetween(one: { lat: number; lng: number }, other: typeof one): number {
  const vectorOf = ({ lat, lng }: typeof one): readonly [number, number, number] => {
    const [phi, lambda] = [(lat * Math.PI) / 180, (lng * Math.PI) / 180];
    return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
  };
  const [a, b] = [vectorOf(one), vectorOf(other)];
  const chord = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  return 2 * earthRadius * Math.asin(Math.min(1, chord / 2));
}

const degrees = (max: number) => fc.double({ min: -max, max, noNaN: true });
const home = { lat: 48.2082, lng: 16.3738, meters: 500 };
/** Degrees of latitude of so many metres. */
const north = (meters: number): number => (meters / earthRadius) * (180 / Math.PI);

describe('a hidden place', () => {
  it.each([
    ['48.2082,16.3738,500', home],
    [' -33.87, 151.2, 0.5 ', { lat: -33.87, lng: 151.2, meters: 0.5 }],
    ['90,-180,100000', { lat: 90, lng: -180, meters: 100_000 }],
  ])('a hidden place is read from %j', (text, place) => {
    expect(parsePlace(text)).toEqual(place);
  });

  it.each([
    ...['', '48,16', '48,16,500,1', '91,16,500', '48,181,500', '48,16,0', '48,16,-5'],
    ...['48,16,500m', '48,16,1e3', 'home', '48,16,100001', '48;16;500', '0x10,16,5', ',,'],
  ])('a hidden place is not read from %j', (text) => {
    expect(parsePlace(text)).toBeUndefined();
  });

  it('a hidden place is one of several between semicolons, each of which has to be one', () => {
    expect(parsePlaces('48.2082,16.3738,500; 1,2,3')).toEqual([
      home,
      { lat: 1, lng: 2, meters: 3 },
    ]);
    expect(parsePlaces('48.2082,16.3738,500;')).toBeUndefined();
  });

  it('a hidden place hides a point exactly where its distance on the globe is at most the radius', () => {
    fc.assert(
      fc.property(
        fc.record({ lat: degrees(90), lng: degrees(180) }),
        fc.record({ lat: degrees(0.01), lng: degrees(0.01) }),
        fc.integer({ min: 1, max: 3_000 }),
        (place, by, meters) => {
          const lat = Math.max(-90, Math.min(90, place.lat + by.lat));
          const lng = ((place.lng + by.lng + 540) % 360) - 180;
          const apart = metersBetween(place, { lat, lng });
          fc.pre(Math.abs(apart - meters) > 1e-3);
          return isHidden([{ ...place, meters }], { lat, lng }) === apart < meters;
        },
      ),
    );
  });

  it('a hidden place hides a line between two points outside that passes through it', () => {
    const { lat, lng } = home;
    const through = (offset: number) => {
      const at = lat + north(offset);
      return isLineHidden([home], { lat: at, lng: lng - 0.1 }, { lat: at, lng: lng + 0.1 });
    };
    expect([-510, -490, 0, 490, 510].map(through)).toEqual([false, true, true, true, false]);
  });

  it('a hidden place hides no line that ends before it, and finds one over the antimeridian', () => {
    const west = { lat: home.lat, lng: home.lng - 0.1 };
    expect(isLineHidden([home], west, { ...west, lng: home.lng - 0.01 })).toBe(false);
    const fiji = { lat: -17, lng: 179.999, meters: 300 };
    expect(isLineHidden([fiji], { lat: -17, lng: 179.99 }, { lat: -17, lng: -179.99 })).toBe(true);
    expect(isHidden([fiji], { lat: -17, lng: -179.9999 })).toBe(true);
  });
});
