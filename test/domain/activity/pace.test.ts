import { describe, expect, it } from 'vitest';
import { rateOf } from '../../../src/domain/activity/pace.js';

describe('the rate of a sport', () => {
  it.each([
    ['Run', 'pace'],
    ['TrailRun', 'pace'],
    ['Hike', 'pace'],
    ['Swim', 'swimming pace'],
    ['Ride', 'speed'],
    ['SomethingNew', 'speed'],
    [undefined, 'speed'],
  ])('the rate of a sport of %s is a %s', (sport, rate) => {
    expect(rateOf(sport)).toBe(rate);
  });
});
