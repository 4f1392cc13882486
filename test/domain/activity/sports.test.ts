import { describe, expect, it } from 'vitest';

import { isSportChosen, sportTypes } from '../../../src/domain/activity/sports.ts';

describe('the choice of sports', () => {
  it('an empty choice of sports has every activity, also one without a sport', () => {
    expect(isSportChosen([], 'Run')).toBe(true);
    expect(isSportChosen([], undefined)).toBe(true);
  });

  it('a choice of sports has only the sports that it names', () => {
    expect(isSportChosen(['Run'], 'Run')).toBe(true);
    expect(isSportChosen(['Run'], 'TrailRun')).toBe(false);
    expect(isSportChosen(['Run'], undefined)).toBe(false);
    expect(isSportChosen(['Run'], 7)).toBe(false);
  });

  it('names each sport once', () => {
    expect(new Set(sportTypes).size).toBe(sportTypes.length);
  });
});
