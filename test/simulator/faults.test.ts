import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { FaultKind } from '../../src/simulator/api/fault-kinds.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { fieldOf, logIn, refresh, textOf } from './requester.ts';
import type { Get } from './requester.ts';

let simulator: Simulator;
let get: Get;

beforeEach(async () => {
  simulator = await startSimulator();
  get = await logIn(simulator);
  simulator.requests.clear();
});

afterEach(() => simulator.close());

async function outcome(path = '/athlete', query = {}) {
  try {
    const { status, headers, text } = await get(path, query);
    return { status, type: headers.get('content-type') ?? '', text };
  } catch (error) {
    return { status: 0, type: '', text: String(error) };
  }
}

describe('one fault on demand', () => {
  const json = 'application/json; charset=utf-8';
  const html = 'text/html; charset=utf-8';
  test.each<[FaultKind, number, string, RegExp]>([
    ['error-json', 500, json, /^\{"message":"error"\}$/],
    ['html-502', 502, html, /^<!DOCTYPE/],
    ['597', 597, html, /^$/],
    ['html-200', 200, html, /^<!DOCTYPE/],
    ['wrong-content-type', 200, 'text/plain; charset=utf-8', /"firstname"/],
    ['rate-limit', 429, json, /"rate limit"/],
    ['malformed', 200, json, /"id":"x"/],
    ['wrong-shape', 200, json, /^"unexpected"$/],
    ['empty-list', 200, json, /^\[\]$/],
    ['cut-json', 200, json, /^\{.*[^}]$/],
  ])('one fault on demand sends %s on demand', async (kind, status, type, text) => {
    simulator.faults.next(kind);
    expect(await outcome()).toEqual({ status, type, text: expect.stringMatching(text) as string });
    expect((await outcome()).status).toBe(200);
    expect(simulator.faults.count(kind)).toBe(1);
    expect(simulator.requests.entries.map(({ fault }) => fault)).toEqual([kind, null]);
    expect(simulator.usage().short).toBe(2);
  });

  test.each<FaultKind>(['reset', 'reset-mid-body', 'truncated'])(
    'one fault on demand cuts the connection by %s',
    async (kind) => {
      simulator.faults.next(kind);
      expect((await outcome()).status).toBe(0);
      expect(simulator.requests.entries[0]).toMatchObject({ isComplete: false, fault: kind });
      expect((await outcome()).status).toBe(200);
    },
  );

  test.each<FaultKind>(['hang', 'drip'])(
    'one fault on demand keeps a request waiting by %s until the simulator closes',
    async (kind) => {
      simulator.faults.next(kind);
      const reply = outcome();
      await simulator.requests.waitFor((log) => log.entries.some(({ fault }) => fault === kind));
      await simulator.close();
      expect((await reply).status).toBe(0);
    },
  );
});

describe('which requests meet a fault', () => {
  test('hits the given number of matching requests', async () => {
    const [first] = simulator.world.activities(1001);
    simulator.faults.next('error-json', 2, { endpoint: 'activity' });
    const path = `/activities/${first?.id ?? 0}`;
    expect((await outcome()).status).toBe(200);
    const statuses = [await outcome(path), await outcome(path), await outcome(path)];
    expect(statuses.map(({ status }) => status)).toEqual([500, 500, 200]);
  });

  test('hits every request for a poisoned activity, and no other', async () => {
    const [one, two] = simulator.world.activities(1001).filter(({ hasStreams }) => hasStreams);
    simulator.faults.activity(one?.id ?? 0, 'error-json');
    const query = { keys: 'time' };
    for (let turn = 0; turn < 3; turn++) {
      expect((await outcome(`/activities/${one?.id ?? 0}/streams`, query)).status).toBe(500);
    }
    expect((await outcome(`/activities/${two?.id ?? 0}/streams`, query)).status).toBe(200);
    simulator.faults.clear();
    expect((await outcome(`/activities/${one?.id ?? 0}/streams`, query)).status).toBe(200);
  });

  test('hits a share of the requests, at random but reproducibly', async () => {
    const run = async () => {
      const other = await startSimulator({ seed: 7 });
      try {
        const getOther = await logIn(other);
        other.faults.rate(0.3, ['error-json', '597']);
        const statuses: number[] = [];
        for (let index = 0; index < 60; index++) statuses.push((await getOther('/athlete')).status);
        return statuses;
      } finally {
        await other.close();
      }
    };
    const statuses = await run();
    const bad = statuses.filter((status) => status !== 200).length;
    expect(bad).toBeGreaterThan(8);
    expect(bad).toBeLessThan(30);
    expect(await run()).toEqual(statuses);
  });

  test('hits OAuth only if it is selected', async () => {
    simulator.faults.rate(1);
    expect((await refresh(simulator, simulator.issueRefreshToken(1001))).status).toBe(200);
    simulator.faults.next('html-502', 1, { endpoint: 'token' });
    const token = simulator.issueRefreshToken(1001);
    expect((await refresh(simulator, token)).status).toBe(502);
    expect(simulator.isRefreshTokenLive(token)).toBe(true);
  });

  test('rotates the token although its response is lost', async () => {
    simulator.faults.next('reset-mid-body', 1, { endpoint: 'token' });
    const token = simulator.issueRefreshToken(1001);
    await expect(refresh(simulator, token)).rejects.toThrow();
    expect(simulator.isRefreshTokenLive(token)).toBe(false);
  });
});

describe('holding a response', () => {
  test('holds a response after the work, until it is released', async () => {
    const holding = simulator.hold({ endpoint: 'token' });
    const token = simulator.issueRefreshToken(1001);
    const refreshing = refresh(simulator, token);
    const held = await holding;
    expect(simulator.isRefreshTokenLive(token)).toBe(false);
    expect(held.request.status).toBeNull();
    held.release();
    const reply = await refreshing;
    expect(reply.text).toBe(held.response.body);
    expect(simulator.isRefreshTokenLive(textOf(reply.body, 'refresh_token'))).toBe(true);
  });

  test('cuts the connection of a dropped response', async () => {
    const holding = simulator.hold({ endpoint: 'athlete' });
    const reply = outcome();
    (await holding).drop();
    expect((await reply).status).toBe(0);
    expect((await outcome()).status).toBe(200);
  });
});

describe('the request log', () => {
  test('the request log logs each request and its outcome', async () => {
    const [first] = simulator.world.activities(1001).filter(({ hasStreams }) => hasStreams);
    const path = `/activities/${first?.id ?? 0}/streams`;
    await outcome(path, { keys: 'time' });
    expect(simulator.requests.fetchedTwice()).toEqual([]);
    await outcome(path, { keys: 'time' });
    expect(simulator.requests.fetchedTwice()).toEqual([first?.id]);
    expect(simulator.requests.count('streams')).toBe(2);
    expect(simulator.requests.count({ activityId: first?.id ?? 0 })).toBe(2);
    expect(simulator.requests.entries[0]).toMatchObject({
      endpoint: 'streams',
      athleteId: 1001,
      activityId: first?.id,
      status: 200,
      isComplete: true,
      isCounted: true,
      isOverLimit: false,
    });
  });

  test('the request log waits for a request, up to a timeout', async () => {
    const waiting = simulator.requests.waitFor((log) => log.count('athlete') === 2);
    await outcome();
    await outcome();
    await waiting;
    await expect(simulator.requests.waitFor(() => false, 5)).rejects.toThrow('5 ms');
  });

  test('the request log fails a waiter when the simulator closes', async () => {
    const waiting = simulator.requests.waitFor(() => false);
    await Promise.all([expect(waiting).rejects.toThrow('closed'), simulator.close()]);
  });
});

test('does not change the truth under a fault', async () => {
  simulator.faults.next('malformed', 1, { endpoint: 'list' });
  await outcome('/athlete/activities');
  const reply = await get('/athlete');
  expect(fieldOf(reply.body, 'id')).toBe(1001);
});
