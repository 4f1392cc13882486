import { describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import { createPollPolicy } from '../../../src/features/webhooks/poll-policy.ts';

const intervalMs = 2 * 3_600_000;

/** A policy whose time and whose subscription the test sets. */
function setUp() {
  const world = { nowMs: Date.parse('2026-10-05T10:00:00Z'), isSubscribed: false };
  const policy = createPollPolicy({
    clock: { ...systemClock, nowMs: () => world.nowMs },
    intervalMs,
    isSubscribed: () => Promise.resolve(world.isSubscribed),
  });
  return { world, policy };
}

describe('a poll', () => {
  it('is due at each tick without a subscription', async () => {
    const { policy } = setUp();
    await policy.refresh();
    policy.polled();
    expect(policy.isPollDue()).toBe(true);
  });

  it('is due once in the interval with one, and at the first tick', async () => {
    const { world, policy } = setUp();
    world.isSubscribed = true;
    await policy.refresh();
    expect(policy.isPollDue()).toBe(true);
    policy.polled();
    expect(policy.isPollDue()).toBe(false);
    world.nowMs += intervalMs - 1;
    expect(policy.isPollDue()).toBe(false);
    world.nowMs += 1;
    expect(policy.isPollDue()).toBe(true);
  });

  it('that failed is due again', async () => {
    const { world, policy } = setUp();
    world.isSubscribed = true;
    await policy.refresh();
    policy.polled();
    policy.failed();
    expect(policy.isPollDue()).toBe(true);
  });

  it('follows a subscription that is made or ended once that is read', async () => {
    const { world, policy } = setUp();
    await policy.refresh();
    policy.polled();
    world.isSubscribed = true;
    expect(policy.isPollDue()).toBe(true);
    await policy.refresh();
    expect(policy.isPollDue()).toBe(false);
    world.isSubscribed = false;
    await policy.refresh();
    expect(policy.isPollDue()).toBe(true);
  });
});
