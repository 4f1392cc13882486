import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isWithin, nameDistance, nearestName } from '../../src/config/spelling.ts';

describe('nearestName', () => {
  const known = ['STRAVA_CLIENT_ID', 'STRAVA_CLIENT_SECRET', 'SYNC_SINCE', 'dataDir'];

  it.each([
    ['STRAVA_CLIENTID', 'STRAVA_CLIENT_ID'],
    ['strava.client-id', 'STRAVA_CLIENT_ID'],
    ['STRAVA_CLIENT_SECERT', 'STRAVA_CLIENT_SECRET'],
    ['SYNC_SINC', 'SYNC_SINCE'],
    ['datadri', 'dataDir'],
    ['dátädîr', 'dataDir'],
    ['STRAVA_TRANSIENT', undefined],
    ['x', undefined],
    ['', undefined],
  ])('nearestName of %j is %s', (written, meant) => {
    expect(nearestName(written, known)).toBe(meant);
  });

  it('nearestName is nothing where nothing is known', () => {
    expect(nearestName('STRAVA_CLIENT_ID', [])).toBeUndefined();
  });
});

describe('nameDistance', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

  it('two names are within their distance, and not within one change less', () => {
    fc.assert(
      fc.property(words, words, (first, second) => {
        const distance = nameDistance(first, second);
        expect(isWithin(first, second, distance)).toBe(true);
        expect(isWithin(first, second, distance - 1)).toBe(false);
      }),
    );
  });

  it('nameDistance is zero to itself, the same both ways, and never longer by a detour', () => {
    fc.assert(
      fc.property(words, words, words, (first, second, third) => {
        expect(nameDistance(first, first)).toBe(0);
        expect(nameDistance(first, second)).toBe(nameDistance(second, first));
        expect(nameDistance(first, third)).toBeLessThanOrEqual(
          nameDistance(first, second) + nameDistance(second, third),
        );
      }),
    );
  });

  it.each([
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['ab', 'ba', 2],
  ])('nameDistance between %j and %j is %d', (first, second, distance) => {
    expect(nameDistance(first, second)).toBe(distance);
  });
});
