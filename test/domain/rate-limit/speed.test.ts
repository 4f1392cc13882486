import { describe, expect, it } from 'vitest';
import { requestsPerHour } from '../../../src/domain/rate-limit/speed.ts';

describe('requestsPerHour', () => {
  it('requestsPerHour is the speed of the fastest run while it worked', () => {
    const slow = { requests: 100, busySeconds: 3_600 };
    const fast = { requests: 50, busySeconds: 360 };
    expect(requestsPerHour([slow])).toBe(100);
    expect(requestsPerHour([slow, fast, slow])).toBe(500);
  });

  it('requestsPerHour ignores runs of less than a minute and of less than 20 requests', () => {
    expect(requestsPerHour([])).toBeUndefined();
    expect(requestsPerHour([{ requests: 500, busySeconds: 59 }])).toBeUndefined();
    expect(requestsPerHour([{ requests: 19, busySeconds: 600 }])).toBeUndefined();
    expect(requestsPerHour([{ requests: 20, busySeconds: 60 }])).toBe(1_200);
  });
});
