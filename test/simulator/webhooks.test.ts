import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createTestClock, fetchReply, fieldOf, postForm, startedAt } from './requester.ts';

interface Callback {
  readonly url: string;
  readonly events: unknown[];
  /** Statuses for the next events; 200 after those. */
  statuses: number[];
  echo: boolean;
  close(): void;
}

let simulator: Simulator;
let callback: Callback;

beforeEach(async () => {
  simulator = await startSimulator({ clock: createTestClock() });
  callback = await startCallback();
});

afterEach(async () => {
  await simulator.close();
  callback.close();
});

async function startCallback(): Promise<Callback> {
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const started: Callback = {
    url: `http://127.0.0.1:${port}/hook`,
    events: [],
    statuses: [],
    echo: true,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') {
      const { searchParams } = new URL(request.url ?? '', started.url);
      const challenge = started.echo ? searchParams.get('hub.challenge') : 'wrong';
      response.end(JSON.stringify({ 'hub.challenge': challenge }));
      return;
    }
    started.events.push(JSON.parse(await text(request)));
    response.writeHead(started.statuses.shift() ?? 200).end();
  }
  return started;
}

function client() {
  return { client_id: simulator.clientId, client_secret: simulator.clientSecret };
}

function subscribe() {
  return postForm(`${simulator.apiUrl}/push_subscriptions`, {
    ...client(),
    callback_url: callback.url,
    verify_token: 'secret',
  });
}

describe('a subscription', () => {
  test('a subscription creates a subscription after the callback echoed the challenge, lists it, and deletes it', async () => {
    const made = await subscribe();
    expect(made.status).toBe(201);
    const id = Number(fieldOf(made.body, 'id'));
    const query = new URLSearchParams(client()).toString();
    const url = `${simulator.apiUrl}/push_subscriptions`;
    const listed = await fetchReply(`${url}?${query}`);
    expect(listed.body).toMatchObject([{ id, callback_url: callback.url }]);
    expect((await subscribe()).status).toBe(400);
    const ended = await fetchReply(`${url}/${id}?${query}`, { method: 'DELETE' });
    expect(ended.status).toBe(204);
    expect((await fetchReply(`${url}?${query}`)).body).toEqual([]);
  });

  test('a subscription rejects a subscription whose callback does not echo, or whose client is wrong', async () => {
    callback.echo = false;
    const reply = await subscribe();
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ errors: [{ resource: 'PushSubscription' }] });
    expect((await fetchReply(`${simulator.apiUrl}/push_subscriptions`)).status).toBe(400);
  });
});

describe('the events', () => {
  test('sends events for uploads, for edits to title, type and privacy, and for deletions', async () => {
    const subscription_id = fieldOf((await subscribe()).body, 'id');
    const id = simulator.world.addActivity(1001, { name: 'One' });
    await simulator.eventsSettled();
    simulator.world.editActivity(id, { name: 'Two' });
    await simulator.eventsSettled();
    simulator.world.editActivity(id, { private: true });
    simulator.world.editActivity(id, { gear_id: 'b1' });
    simulator.world.cropActivity(id, { from: 0.1, to: 0.9 });
    await simulator.eventsSettled();
    simulator.world.deleteActivity(id);
    await simulator.eventsSettled();
    const common = {
      object_type: 'activity',
      object_id: id,
      owner_id: 1001,
      subscription_id,
      event_time: startedAt.getTime() / 1000,
    };
    expect(callback.events).toEqual([
      { ...common, aspect_type: 'create', updates: {} },
      { ...common, aspect_type: 'update', updates: { title: 'Two' } },
      { ...common, aspect_type: 'update', updates: { private: 'true' } },
      { ...common, aspect_type: 'delete', updates: {} },
    ]);
  });

  test('sends an event for a revoked access', async () => {
    await subscribe();
    simulator.deauthorize(1001);
    await simulator.eventsSettled();
    expect(callback.events).toMatchObject([
      {
        object_type: 'athlete',
        object_id: 1001,
        aspect_type: 'update',
        updates: { authorized: 'false' },
      },
    ]);
  });

  test('sends an event up to three times', async () => {
    await subscribe();
    callback.statuses = [500, 404, 503, 500];
    simulator.world.addActivity(1001);
    await simulator.eventsSettled();
    expect(callback.events).toHaveLength(3);
    expect(simulator.events.map(({ attempts }) => attempts)).toEqual([[500, 404, 503]]);
  });

  test('sends no event without a subscription, or while `emitsEvents` is false', async () => {
    simulator.world.addActivity(1001);
    await subscribe();
    simulator.world.emitsEvents = false;
    simulator.world.addActivity(1001);
    await simulator.eventsSettled();
    expect(callback.events).toEqual([]);
  });
});
