import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { activityIdOf } from '../../../src/features/shared/activity-id.ts';

const address = 'https://www.strava.com/activities/19000000001';

describe("an activity's id", () => {
  it.each(['19000000001', address, `${address}/overview`, `${address}?hl=de`, `${address}#kudos`])(
    "an activity's id is read from %s",
    (text) => {
      expect(activityIdOf(text)).toBe(19_000_000_001);
    },
  );

  it.each([
    '',
    '0',
    '19000000001/overview',
    `${address}0000000`,
    'https://example.org/activities/1',
  ])("an activity's id is not read from %j, and the message names what is", (text) => {
    expect(() => activityIdOf(text)).toThrow(UsageError);
    expect(() => activityIdOf(text)).toThrow(
      `its id or its address at Strava, for example 19000000001 or ${address}; not "${text}".`,
    );
  });
});
