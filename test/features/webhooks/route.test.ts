import { once } from 'node:events';
import { connect } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/clock.ts';
import type { HttpServer } from '../../../src/http/server.ts';
import { startHttpServer } from '../../../src/http/server.ts';
import type { StoredEvent } from '../../../src/features/webhooks/route.ts';
import { createWebhookRoutes } from '../../../src/features/webhooks/route.ts';
import { createAthleteStore, saveAthlete } from '../../../src/mongo/athletes/athletes.ts';
import { retryingDb } from '../../../src/mongo/base/retrying-db.ts';
import type { Store } from '../../../src/mongo/schema/collections.ts';
import { storeOf } from '../../../src/mongo/schema/collections.ts';
import {
  noteDeauthorization,
  notifiedDeauthorizations,
} from '../../../src/mongo/athletes/deauthorized.ts';
import { createEventStore } from '../../../src/features/webhooks/store.ts';
import { createSubscriptionStore } from '../../../src/features/webhooks/subscription-store.ts';
import { createTokenStore } from '../../../src/mongo/tokens/tokens.ts';
import { createLog } from '../../../src/log.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { useAdapter } from '../../mongo/adapter.ts';
import { open } from '../../mongo/base/connection-of.ts';
import { startMongoProxy } from '../../support/mongodb/mongo-proxy.ts';
import { capture } from '../../support/command/program.ts';

const adapter = useAdapter();
const athleteId = 1001;
/** An athlete of another application. */
const anothers = 3003;
const path = '/a-path-that-nobody-guesses';
const id = 123_456;
const made = {
  callbackUrl: `https://strava.example.org${path}`,
  verifyToken: 'the-verify-token',
  createdAt: new Date('2026-10-05T10:00:00Z'),
};
const event = {
  object_type: 'activity',
  object_id: 19_000_000_001,
  aspect_type: 'create',
  owner_id: athleteId,
  subscription_id: id,
  event_time: 1_790_000_000,
  updates: {},
};
const withdrawal = {
  ...event,
  object_type: 'athlete',
  object_id: athleteId,
  aspect_type: 'update',
  updates: { authorized: 'false' },
};

const deliveredAt = new Date('2026-10-05T11:00:00Z');

const settings = { host: 'HTTP_HOST', port: 'HTTP_PORT' };

interface Hook {
  readonly server: HttpServer;
  readonly delivered: StoredEvent[];
  /** How often a deauthorization was reported. */
  deauthorizations(): number;
  /** How many operations MongoDB received. */
  operations(): number;
  logged(): string;
}

const servers: HttpServer[] = [];

beforeEach(async () => {
  await adapter.empty();
  const grant = { athleteId, accessToken: 'a', refreshToken: 'r', expiresAt: new Date(0) };
  const tokens = createTokenStore(adapter.store, everyApplication);
  await tokens.save(grant);
  await tokens.save({ ...grant, athleteId: anothers, clientId: '99' });
  await saveAthlete(adapter.store, athleteId, { firstname: 'Ada' });
  await saveAthlete(adapter.store, anothers, { firstname: 'Cleo' });
  await subscriptions().save({ ...made, id });
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const subscriptions = (store = adapter.store) => createSubscriptionStore(store, '12345');
const marked = () => notifiedDeauthorizations(adapter.store, everyApplication);
const storedEvents = () => adapter.database.db.collection('events').countDocuments();

/** The store, reporting each operation on its database. */
function countingStore(store: Store, onOperation: () => void): Store {
  const db = retryingDb(store.db, (operation) => {
    onOperation();
    return operation();
  });
  return storeOf({ ...store, db, urgent: db });
}

async function openHook(store: Store = adapter.store, clock: Clock = systemClock): Promise<Hook> {
  let operations = 0;
  const counting = countingStore(store, () => {
    operations += 1;
  });
  const delivered: StoredEvent[] = [];
  let deauthorizations = 0;
  const output = capture();
  const athletes = createAthleteStore(counting, '12345');
  const app = createWebhookRoutes({
    subscription: () => subscriptions(counting).load(),
    athleteIds: () => athletes.athleteIds(),
    events: createEventStore(counting, clock),
    onEvent: (each) => delivered.push(each),
    noteDeauthorization: (each) =>
      noteDeauthorization(counting, '12345', { athleteId: each, at: deliveredAt }),
    onDeauthorization: () => {
      deauthorizations += 1;
    },
    clock,
    log: createLog({ level: 'debug', format: 'json' }, output.stream, false),
  });
  const server = await startHttpServer({ host: '127.0.0.1', port: 0, app, settings, clock });
  servers.push(server);
  return {
    server,
    delivered,
    deauthorizations: () => deauthorizations,
    operations: () => operations,
    logged: output.text,
  };
}

async function send({ server }: Hook, body: unknown, to = path): Promise<number> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${server.url}${to}`, { method: 'POST', body: text });
  await response.arrayBuffer();
  return response.status;
}

async function challenge({ server }: Hook, changes: Record<string, string> = {}, to = path) {
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.challenge': 'abc123',
    'hub.verify_token': made.verifyToken,
    ...changes,
  });
  const response = await fetch(`${server.url}${to}?${query.toString()}`);
  return { status: response.status, body: await response.text() };
}

describe('the challenge', () => {
  it('the challenge gets a response while the subscription is being created', async () => {
    await subscriptions().remove();
    const hook = await openHook();
    expect((await challenge(hook)).status).toBe(404);
    await subscriptions().save(made);
    expect(await challenge(hook)).toEqual({ status: 200, body: '{"hub.challenge":"abc123"}' });
  });

  it('a challenge of another sender gets the response of an unknown path', async () => {
    const hook = await openHook();
    const unknown = await challenge(hook, {}, '/');
    expect(unknown.status).toBe(404);
    for (const changes of [
      { 'hub.verify_token': 'guessed' },
      { 'hub.verify_token': '' },
      { 'hub.mode': 'unsubscribe' },
      { 'hub.challenge': '' },
      { 'hub.challenge': 'x'.repeat(257) },
    ]) {
      expect(await challenge(hook, changes)).toEqual(unknown);
    }
  });
});

describe('an event', () => {
  it('an event is stored before it is acknowledged, and wakes the daemon', async () => {
    const hook = await openHook();
    expect(await send(hook, event)).toBe(200);
    expect(await storedEvents()).toBe(1);
    expect(await send(hook, { ...event, aspect_type: 'delete' })).toBe(200);
    expect(await storedEvents()).toBe(1);
    expect(hook.delivered).toEqual([
      { athleteId, kind: 'create' },
      { athleteId, kind: 'delete' },
    ]);
  });

  it('an event is accepted as soon as the id of a new subscription is known', async () => {
    await subscriptions().save(made);
    const hook = await openHook();
    expect((await challenge(hook)).status).toBe(200);
    expect(await send(hook, event)).toBe(404);
    await subscriptions().save({ ...made, id });
    expect(await send(hook, event)).toBe(200);
  });

  it.each<[string, unknown, string]>([
    ['at another path', event, '/another-path-of-a-stranger'],
    ['at a longer path', event, `${path}/`],
    ['of another subscription', { ...event, subscription_id: id + 1 }, path],
    ['about a stranger', { ...event, owner_id: 2002 }, path],
    ['about a stranger who leaves', { ...withdrawal, owner_id: 2002, object_id: 2002 }, path],
    ["about another application's athlete", { ...event, owner_id: anothers }, path],
    [
      "about another application's athlete who leaves",
      { ...withdrawal, owner_id: anothers, object_id: anothers },
      path,
    ],
    ['of another shape', { ...event, object_id: 'x' }, path],
    ['that is no JSON', '{', path],
    ['that is empty', '', path],
    ['that is nested 30,000 deep', '['.repeat(30_000) + ']'.repeat(30_000), path],
    ['that is a form', 'object_type=activity&object_id=1&owner_id=1001', path],
    ['with a prototype for a body', `{"__proto__":${JSON.stringify(event)}}`, path],
  ])('an event %s gets the response of an unknown path', async (_, body, to) => {
    const hook = await openHook();
    expect(await send(hook, body, to)).toBe(404);
    expect(await storedEvents()).toBe(0);
    expect(hook.delivered).toEqual([]);
    expect(hook.deauthorizations()).toBe(0);
    expect(await marked()).toEqual([]);
  });

  it('an event about withdrawn access is stored, and passed on once a minute', async () => {
    let monotonicMs = 0;
    const hook = await openHook(adapter.store, { ...systemClock, monotonicMs: () => monotonicMs });
    expect(await send(hook, withdrawal)).toBe(200);
    expect(hook.deauthorizations()).toBe(1);
    expect(await marked()).toEqual([{ athleteId, deliveredAt, isCertain: false }]);
    expect(await send(hook, withdrawal)).toBe(503);
    expect(hook.deauthorizations()).toBe(1);
    monotonicMs += 60_000;
    expect(await send(hook, withdrawal)).toBe(200);
    expect(hook.deauthorizations()).toBe(2);
    expect(await storedEvents()).toBe(0);
  });

  it('an event about withdrawn access brings no erased athlete back', async () => {
    const hook = await openHook();
    await adapter.store.athletes.deleteMany({});
    expect(await send(hook, withdrawal)).toBe(404);
    expect(hook.deauthorizations()).toBe(0);
    expect(await adapter.store.athletes.countDocuments()).toBe(0);
  });
});

const ahead = 10;

/** Posts all bodies over one connection, a few ahead of the responses, and returns the statuses. */
async function pour(url: string, requests: readonly { to: string; body: string }[]) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const wire = requests.map(({ to, body }) => {
    const length = Buffer.byteLength(body);
    return `POST ${to} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${body}`;
  });
  socket.write(wire.splice(0, ahead).join(''));
  const statuses: string[] = [];
  let rest = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    const heads = `${rest}${chunk}`.split('HTTP/1.1 ');
    rest = heads.pop() ?? '';
    statuses.push(...heads.slice(1).map((head) => head.slice(0, 3)));
    rest = `HTTP/1.1 ${rest}`;
    const sent = requests.length - wire.length;
    const wanted = statuses.length + ahead - sent;
    if (wanted > 0) socket.write(wire.splice(0, wanted).join(''));
    if (statuses.length === requests.length - 1 && rest.endsWith('}')) socket.end();
  });
  await once(socket, 'close');
  return [...statuses, rest.slice(9, 12)];
}

describe('a flood', () => {
  it('10,000 forged events store nothing and hardly use MongoDB', async () => {
    const hook = await openHook();
    const forgeries = [
      { to: '/a-path-that-somebody-guesses', body: JSON.stringify(event) },
      { to: path, body: JSON.stringify({ ...event, subscription_id: 1 }) },
      { to: path, body: JSON.stringify({ ...event, owner_id: 2002 }) },
      { to: path, body: JSON.stringify({ ...event, aspect_type: 'forge' }) },
    ];
    const lot = Array.from({ length: 250 }, () => forgeries).flat();
    const statuses = await Promise.all(
      Array.from({ length: 10 }, () => pour(hook.server.url, lot)),
    );
    expect(statuses.flat()).toHaveLength(10_000);
    expect(new Set(statuses.flat())).toEqual(new Set(['404']));
    expect(await storedEvents()).toBe(0);
    expect(hook.delivered).toEqual([]);
    expect(hook.operations()).toBeLessThan(100);
  });
});

describe('a flood of the same event', () => {
  it('a repeated event is one pending event and wakes the daemon once', async () => {
    const hook = await openHook();
    const lot = Array.from({ length: 500 }, () => ({ to: path, body: JSON.stringify(event) }));
    const statuses = await Promise.all([1, 2].map(() => pour(hook.server.url, lot)));
    expect(new Set(statuses.flat())).toEqual(new Set(['200']));
    expect(await storedEvents()).toBe(1);
    expect(hook.delivered).toEqual([{ athleteId, kind: 'create' }]);
  });
});

describe('while MongoDB is away', () => {
  it('an event and a challenge get 503 while MongoDB is away, and are accepted when it is back', async () => {
    const proxy = await startMongoProxy(adapter.database.uri);
    const store = await open({ uri: proxy.uri, name: adapter.database.name });
    try {
      const hook = await openHook(store);
      expect(await send(hook, event)).toBe(200);
      const held = [
        proxy.holdCommand(({ name }) => name === 'findAndModify'),
        proxy.holdCommand(({ name }) => name === 'find'),
      ];
      const startedMs = performance.now();
      const responses = Promise.all([send(hook, event), challenge(hook)]);
      expect(await responses).toMatchObject([503, { status: 503 }]);
      // Strava's two seconds, and room for a busy machine; MongoDB's own limits are 20 seconds and more.
      expect(performance.now() - startedMs).toBeLessThan(5_000);
      expect(hook.delivered).toHaveLength(1);
      // Together, because an event that had to load what is known waits at the second before it comes to the first.
      await Promise.all(
        held.map(async (each) => {
          (await each).release();
        }),
      );
      expect(await send(hook, event)).toBe(200);
      expect((await challenge(hook)).status).toBe(200);
      expect(hook.logged().match(/cannot be stored/g)).toHaveLength(1);
      const rejected = proxy.holdCommand(({ name }) => name === 'update');
      expect(await send(hook, withdrawal)).toBe(503);
      expect(hook.deauthorizations()).toBe(0);
      expect(await marked()).toEqual([]);
      (await rejected).release();
    } finally {
      await store.close();
      await proxy.close();
    }
  });
});
