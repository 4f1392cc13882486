import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createTestClock, fetchReply, logIn } from './requester.ts';
import type { Get, TestClock } from './requester.ts';

let clock: TestClock;
let simulator: Simulator;
let get: Get;

beforeEach(async () => {
  clock = createTestClock(new Date('2026-10-05T23:52:00Z'));
  simulator = await startSimulator({
    clock,
    quota: { short: 3, daily: 5, overallShort: 30, overallDaily: 50 },
  });
  get = await logIn(simulator);
});

afterEach(() => simulator.close());

async function statuses(count: number) {
  const seen: number[] = [];
  for (let index = 0; index < count; index++) seen.push((await get('/athlete')).status);
  return seen;
}

describe('the quota windows', () => {
  test('rejects and counts requests over the short limit, and opens on the clock', async () => {
    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
    expect(simulator.usage()).toEqual({ short: 5, daily: 5 });
    expect(simulator.requests.overLimit()).toHaveLength(2);
    clock.set(new Date('2026-10-05T23:59:59.999Z'));
    expect(await statuses(1)).toEqual([429]);
    clock.set(new Date('2026-10-06T00:00:00Z'));
    expect(await statuses(1)).toEqual([200]);
    expect(simulator.usage()).toEqual({ short: 1, daily: 1 });
  });

  test('keeps the daily window closed when the short one opens', async () => {
    clock.set(new Date('2026-10-05T10:00:00Z'));
    expect(await statuses(3)).toEqual([200, 200, 200]);
    clock.set(new Date('2026-10-05T10:15:00Z'));
    expect(await statuses(3)).toEqual([200, 200, 429]);
    clock.set(new Date('2026-10-05T10:30:00Z'));
    expect(await statuses(1)).toEqual([429]);
  });

  test('names the limit in a 429', async () => {
    await statuses(3);
    expect((await get('/athlete')).body).toMatchObject({
      errors: [{ resource: 'Application', field: 'rate limit', code: 'exceeded' }],
    });
    simulator.setQuota({ short: 1000, daily: 1000, overallShort: 2 });
    expect((await get('/athlete')).body).toMatchObject({
      errors: [{ resource: 'Application', field: 'overall rate limit', code: 'exceeded' }],
    });
  });

  test('counts the requests of another program of the application', async () => {
    simulator.useQuotaElsewhere(2);
    expect(await statuses(2)).toEqual([200, 429]);
  });

  test('changes the limits within a window', async () => {
    expect(await statuses(1)).toEqual([200]);
    simulator.setQuota({ short: 1 });
    expect(await statuses(1)).toEqual([429]);
  });

  test('counts errors and unknown addresses, but no requests without a token', async () => {
    expect((await get('/activities/1')).status).toBe(404);
    expect((await get('/nothing')).status).toBe(404);
    expect((await fetchReply(`${simulator.apiUrl}/athlete`)).status).toBe(401);
    expect(simulator.usage().short).toBe(2);
  });

  test('the quota windows does not count an injected 429 as over the limit', async () => {
    simulator.faults.next('rate-limit');
    expect(await statuses(2)).toEqual([429, 200]);
    expect(simulator.requests.overLimit()).toEqual([]);
  });
});

describe('the rate headers', () => {
  const rates = (headers: Headers) =>
    Object.fromEntries([...headers].filter(([name]) => name.includes('ratelimit')));
  const overall = { 'x-ratelimit-limit': '30,50', 'x-ratelimit-usage': '1,1' };
  const read = { 'x-readratelimit-limit': '3,5', 'x-readratelimit-usage': '1,1' };

  test('sends limit and usage of both windows, with type and date', async () => {
    const { headers } = await get('/athlete');
    expect(rates(headers)).toEqual({ ...overall, ...read });
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('date')).toBe('Mon, 05 Oct 2026 23:52:00 GMT');
  });

  test('sends rate headers with a 429, with a usage above the limit', async () => {
    await statuses(4);
    expect(rates((await get('/athlete')).headers)['x-readratelimit-usage']).toBe('5,5');
  });

  test('the rate headers can omit the read limits, or all rate headers', async () => {
    simulator.setHeaders('overall');
    expect(rates((await get('/athlete')).headers)).toEqual(overall);
    simulator.setHeaders('none');
    expect(rates((await get('/athlete')).headers)).toEqual({});
  });

  test('the rate headers can omit the rate headers on streams only', async () => {
    simulator.setHeaders('none-on-streams');
    const id = simulator.world.addActivity(1001);
    const query = { keys: 'time', key_by_type: 'true' };
    expect(rates((await get(`/activities/${id}/streams`, query)).headers)).toEqual({});
    expect(rates((await get('/athlete')).headers)).not.toEqual({});
  });

  test('the rate headers can send unreadable rate headers', async () => {
    simulator.setHeaders('rubbish');
    const values = Object.values(rates((await get('/athlete')).headers));
    expect(values.every((value) => !/^\d+,\d+$/.test(value))).toBe(true);
  });
});
