import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import type { Endpoints } from '../../../src/features/daemon/endpoints.ts';
import { openEndpoints } from '../../../src/features/daemon/endpoints.ts';
import {
  webhookList,
  webhookSubscribe,
  webhookUnsubscribe,
} from '../../../src/features/webhooks/command.ts';
import { createHeartbeat } from '../../../src/features/daemon/heartbeat.ts';
import { commandDeadlineMs, openDatabase, openStrava } from '../../../src/main.ts';
import { createMetrics } from '../../../src/features/monitoring/metrics.ts';
import type { TestProgram } from '../../support/command/program.ts';
import { createHastyClock, failureOf, useLogins } from '../auth/auth-fixture.ts';

const logins = useLogins();
const path = '/a-path-that-nobody-guesses';
const closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

/** What the daemon has of HTTP. */
async function openDaemon(port = 0): Promise<Endpoints & { readonly program: TestProgram }> {
  const program = logins.createProgram({ config: { HTTP_PORT: String(port) } });
  const database = await openDatabase(program, commandDeadlineMs);
  const pendingEvents = { onEvent: () => undefined, onDeauthorization: () => undefined };
  const strava = await openStrava(program, database);
  const heartbeat = createHeartbeat({ clock: systemClock, requestTimeoutMs: 1_000 });
  const endpoints = await openEndpoints(program, heartbeat, createMetrics(systemClock));
  endpoints.connect({ database, strava }, pendingEvents);
  closings.push(
    () => endpoints.close(),
    () => database.close(),
  );
  return { ...endpoints, program };
}

const stored = () => logins.database.db.collection('subscriptions').find().toArray();

async function subscribe(callbackUrl: string, program = logins.createProgram()) {
  expect(await webhookSubscribe(program, { callbackUrl, json: true })).toBe(0);
  return JSON.parse(program.printed()) as { id: number; callbackUrl: string };
}

async function list() {
  const program = logins.createProgram();
  await webhookList(program, { json: false });
  return program.printed();
}

describe('a subscription', () => {
  test('where there is another one is rejected with what to do, and that one stays', async () => {
    const { url = '' } = await openDaemon();
    const { id, callbackUrl } = await subscribe(`${url}${path}`);
    const error = await failureOf(subscribe(url));
    expect(error).toMatchObject({ code: 'SUBSCRIPTION_EXISTS', exitCode: 1 });
    expect(error.message).toContain('npm run webhook -- unsubscribe');
    expect(await stored()).toMatchObject([{ subscription_id: id, callback_url: callbackUrl }]);
  });

  test('that Strava has at the very address is taken over', async () => {
    const { url = '' } = await openDaemon();
    const { id } = await subscribe(`${url}${path}`);
    await logins.database.db.collection('subscriptions').deleteMany({});
    expect(await list()).toContain('It is not ours');
    expect((await subscribe(`${url}${path}`)).id).toBe(id);
    expect(await list()).toContain('It is ours');
  });

  test('whose response is lost is found when the command runs again', async () => {
    const { url = '' } = await openDaemon();
    const { faults } = logins.simulator();
    faults.next('truncated', 1, ({ method }) => method === 'POST');
    const program = logins.createProgram({ clock: createHastyClock() });
    const { id } = await subscribe(`${url}${path}`, program);
    expect(program.logged()).toContain('Strava is away');
    expect(await stored()).toMatchObject([{ subscription_id: id }]);
  });

  test('that Strava cannot verify leaves nothing behind', async () => {
    const daemon = await openDaemon();
    await daemon.close();
    const error = await failureOf(subscribe(`${daemon.url ?? ''}${path}`));
    expect(error).toMatchObject({ code: 'CALLBACK_REJECTED', exitCode: 1 });
    expect(error.message).toMatch(/daemon runs.*HTTP_PORT/);
    expect(await stored()).toEqual([]);
    expect(await list()).toBe('Strava has no webhook subscription of this application.\n');
  });

  test('ends at Strava and here, also where its response is lost, or where there is none', async () => {
    const { url = '' } = await openDaemon();
    const { id } = await subscribe(url);
    logins.simulator().faults.next('reset-mid-body', 1, ({ method }) => method === 'DELETE');
    logins.simulator().faults.next('html-502', 1, ({ method }) => method === 'GET');
    for (const ended of [[id], []]) {
      const program = logins.createProgram({ clock: createHastyClock() });
      expect(await webhookUnsubscribe(program, { json: true })).toBe(0);
      expect(JSON.parse(program.printed())).toEqual({ ended });
      expect(await stored()).toEqual([]);
    }
  });
});

describe('the client', () => {
  const secret = 'a-wrong-secret-0123456789';
  const commands = [
    (program: TestProgram) => webhookList(program, { json: false }),
    (program: TestProgram) => webhookUnsubscribe(program, { json: false }),
    (program: TestProgram) =>
      webhookSubscribe(program, { callbackUrl: 'https://a.example.org', json: false }),
  ];

  test('that is wrong is rejected with 3, and its secret is never shown', async () => {
    const config = { STRAVA_CLIENT_SECRET: secret };
    const program = logins.createProgram({ config });
    for (const command of commands) {
      const error = await failureOf(command(program));
      expect(error).toMatchObject({ code: 'APPLICATION_REJECTED', exitCode: 3 });
      expect(`${error.message}${String(error.stack)}`).not.toContain(secret);
    }
    expect(await stored()).toEqual([]);
    expect(program.logged()).not.toContain(secret);
  });

  test('is not shown either where Strava is away for longer than the deadline', async () => {
    let passedMs = 0;
    const clock = {
      ...systemClock,
      monotonicMs: () => systemClock.monotonicMs() + passedMs,
      sleep: (ms: number, signal?: AbortSignal) => {
        // MongoDB's own deadline, a minute, is left as it is.
        if (ms > 30_000) return systemClock.sleep(ms, signal);
        passedMs += ms * 100;
        return systemClock.sleep(1, signal);
      },
    };
    logins.simulator().faults.rate(1, ['reset'], { endpoint: 'subscriptions' });
    const program = logins.createProgram({ clock });
    const error = await failureOf(webhookList(program, { json: false }));
    expect(error).toMatchObject({ code: 'STRAVA_UNAVAILABLE', exitCode: 1 });
    const { clientSecret } = logins.simulator();
    expect(`${String(error.cause)}${String(error.stack)}`).not.toContain(clientSecret);
    expect(program.logged()).not.toContain(clientSecret);
  });

  test('that is missing is a matter of the configuration', async () => {
    const program = logins.createProgram({ config: { STRAVA_CLIENT_SECRET: undefined } });
    for (const command of commands) {
      expect(await failureOf(command(program))).toMatchObject({ exitCode: 2 });
    }
  });
});

test('a port that is taken is a warning, and the daemon goes on without it', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { url, program } = await openDaemon(port);
  expect(url).toBeUndefined();
  expect(program.logged()).toContain(`port ${port} on 127.0.0.1 is in use`);
  other.close();
});
