import { describe, expect, it } from 'vitest';

import { sportTypeOf } from '../../../src/domain/bulk-export/sport-types.ts';

describe('the sport of an exported activity', () => {
  it.each([
    ['Ride', 'Ride'],
    ['Weight Training', 'WeightTraining'],
    ['Virtual Ride', 'VirtualRide'],
    ['E-Bike Ride', 'EBikeRide'],
    ['E-Mountain Bike Ride', 'EMountainBikeRide'],
    ['HIIT', 'HighIntensityIntervalTraining'],
    ['Stair-Stepper', 'StairStepper'],
    ['Virtuelle Radfahrt', 'VirtualRide'],
    ['Course à pied', 'Run'],
    ['Course a\u0300 pied', 'Run'],
    ['ウェイトトレーニング', 'WeightTraining'],
  ])('the sport of an exported activity has %s as %s', (name, sportType) => {
    expect(sportTypeOf(name)).toBe(sportType);
  });

  it.each(['', 'Underwater Hockey', 'Training', 'constructor'])(
    'the sport of an exported activity is left out for %j',
    (name) => {
      expect(sportTypeOf(name)).toBeUndefined();
    },
  );
});
