import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { FaultKind } from '../../src/simulator/api/fault-kinds.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { fieldOf, logIn, refresh, textOf } from './asker.ts';
import type { Ask } from './asker.ts';

let simulator: Simulator;
let ask: Ask;

beforeEach(async () => {
  simulator = await startSimulator();
  ask = await logIn(simulator);
  simulator.requests.clear();
});

afterEach(() => simulator.close());

async function outcome(path = '/athlete', query = {}) {
  try {
    const { status, headers, text } = await ask(path, query);
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
  ])('%s', async (kind, status, type, text) => {
    simulator.faults.next(kind);
    expect(await outcome()).toEqual({ status, type, text: expect.stringMatching(text) as string });
    expect((await outcome()).status).toBe(200);
    expect(simulator.faults.count(kind)).toBe(1);
    expect(simulator.requests.entries.map(({ fault }) => fault)).toEqual([kind, null]);
    expect(simulator.usage().short).toBe(2);
  });

  test.each<FaultKind>(['reset', 'reset-mid-body', 'truncated'])('%s', async (kind) => {
    simulator.faults.next(kind);
    expect((await outcome()).status).toBe(0);
    expect(simulator.requests.entries[0]).toMatchObject({ isComplete: false, fault: kind });
    expect((await outcome()).status).toBe(200);
  });

  test.each<FaultKind>(['hang', 'drip'])('%s, until the simulator closes', async (kind) => {
    simulator.faults.next(kind);
    const asked = outcome();
    await simulator.requests.waitFor((log) => log.entries.some(({ fault }) => fault === kind));
    await simulator.close();
    expect((await asked).status).toBe(0);
  });
});

describe('which requests meet a fault', () => {
  test('as many as were asked for, of those that match', async () => {
    const [first] = simulator.world.activities(1001);
    simulator.faults.next('error-json', 2, { endpoint: 'activity' });
    const path = `/activities/${first?.id ?? 0}`;
    expect((await outcome()).status).toBe(200);
    const statuses = [await outcome(path), await outcome(path), await outcome(path)];
    expect(statuses.map(({ status }) => status)).toEqual([500, 500, 200]);
  });

  test('everything about a poisoned activity, and nothing else', async () => {
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

  test('a share of them, at random but the same each time', async () => {
    const run = async () => {
      const other = await startSimulator({ seed: 7 });
      try {
        const asking = await logIn(other);
        other.faults.rate(0.3, ['error-json', '597']);
        const statuses: number[] = [];
        for (let index = 0; index < 60; index++) statuses.push((await asking('/athlete')).status);
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

  test('OAuth only when it is meant', async () => {
    simulator.faults.rate(1);
    expect((await refresh(simulator, simulator.issueRefreshToken(1001))).status).toBe(200);
    simulator.faults.next('html-502', 1, { endpoint: 'token' });
    const token = simulator.issueRefreshToken(1001);
    expect((await refresh(simulator, token)).status).toBe(502);
    expect(simulator.isRefreshTokenLive(token)).toBe(true);
  });

  test('an answer lost after the work leaves a rotated token behind', async () => {
    simulator.faults.next('reset-mid-body', 1, { endpoint: 'token' });
    const token = simulator.issueRefreshToken(1001);
    await expect(refresh(simulator, token)).rejects.toThrow();
    expect(simulator.isRefreshTokenLive(token)).toBe(false);
  });
});

describe('holding an answer', () => {
  test('keeps it after the work and before the answer, until it is released', async () => {
    const holding = simulator.hold({ endpoint: 'token' });
    const token = simulator.issueRefreshToken(1001);
    const asked = refresh(simulator, token);
    const held = await holding;
    expect(simulator.isRefreshTokenLive(token)).toBe(false);
    expect(held.request.status).toBeNull();
    held.release();
    const reply = await asked;
    expect(reply.text).toBe(held.answer.body);
    expect(simulator.isRefreshTokenLive(textOf(reply.body, 'refresh_token'))).toBe(true);
  });

  test('can end with a cut connection', async () => {
    const holding = simulator.hold({ endpoint: 'athlete' });
    const asked = outcome();
    (await holding).drop();
    expect((await asked).status).toBe(0);
    expect((await outcome()).status).toBe(200);
  });
});

describe('the log', () => {
  test('knows what was asked and what became of it', async () => {
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

  test('waits for what is asked, and gives up in time', async () => {
    const waiting = simulator.requests.waitFor((log) => log.count('athlete') === 2);
    await outcome();
    await outcome();
    await waiting;
    await expect(simulator.requests.waitFor(() => false, 5)).rejects.toThrow('5 ms');
  });

  test('fails who waits when the simulator closes', async () => {
    const waiting = simulator.requests.waitFor(() => false);
    await Promise.all([expect(waiting).rejects.toThrow('closed'), simulator.close()]);
  });
});

test('a fault leaves the truth alone', async () => {
  simulator.faults.next('malformed', 1, { endpoint: 'list' });
  await outcome('/athlete/activities');
  const reply = await ask('/athlete');
  expect(fieldOf(reply.body, 'id')).toBe(1001);
});
