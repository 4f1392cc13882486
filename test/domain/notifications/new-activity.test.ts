import { describe, expect, it } from 'vitest';

import { newActivityText, newFromMs } from '../../../src/domain/notifications/new-activity.ts';

const now = Date.UTC(2026, 10, 26, 12);
const hour = 3_600_000;

describe('activities are new', () => {
  it.each([
    ['from now on where the list was never read', undefined, now],
    ['after the newest that is known', now - 3 * hour, now - 3 * hour],
    ['of the last day where the newest that is known is older', now - 900 * hour, now - 24 * hour],
    ['after a newest that is ahead of this clock', now + hour, now + hour],
  ])('%s', (_, newestMs, fromMs) => {
    expect(newFromMs(now, newestMs)).toBe(fromMs);
  });
});

describe('the text of a new activity', () => {
  const activity = {
    id: 7,
    athleteId: 1001,
    name: 'Lunch',
    sport: 'Ride',
    start: new Date(now),
    tries: 0,
  };

  it.each([
    [{ distance: 10_234 }, 'New activity of athlete 1001: Lunch (Ride, 10.2 km).'],
    [{}, 'New activity of athlete 1001: Lunch (Ride).'],
  ])('the text of a new activity with %j is %s', (more, text) => {
    expect(newActivityText({ ...activity, ...more })).toBe(text);
  });
});
