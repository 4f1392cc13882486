import { createServer, type Server } from 'node:http';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Streams } from '../../src/domain/activity/streams.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { useAdapter } from '../mongo/adapter.ts';
import { athleteId, createStack, free, logIn, type Stack } from './stack.ts';

const adapter = useAdapter();
const quota = { short: 100_000, daily: 100_000 };
let simulator: Simulator;
let stack: Stack;

beforeAll(async () => {
  const athletes = [{ id: athleteId, firstname: 'A', lastname: 'M', activities: 230 }];
  simulator = await startSimulator({ athletes, quota });
});

beforeEach(async () => {
  await adapter.empty();
  simulator.requests.clear();
  stack = await createStack({ simulator, store: adapter.store, settings: quota });
  await logIn(stack, simulator);
});

afterAll(() => simulator.close());

function truthOf(id: number): Streams {
  // As JSON knows it, which has no -0.
  const text = JSON.stringify(simulator.world.streams(id) ?? {});
  const truth = JSON.parse(text) as Record<string, (number | boolean | null)[]>;
  const arrays = new Map<string, (number | boolean | null)[]>();
  for (const [key, data] of Object.entries(truth)) {
    if (key !== 'latlng') {
      arrays.set(key, data);
      continue;
    }
    const pairs = data as unknown as ([number, number] | null)[];
    for (const [index, name] of ['lat', 'lng'].entries()) {
      arrays.set(
        name,
        pairs.map((pair) => pair?.[index] ?? null),
      );
    }
  }
  return { sampleCount: Object.values(truth)[0]?.length ?? 0, arrays };
}

describe('the list', () => {
  it('the list comes in pages of 200, each record as it is', async () => {
    const [first, second, third] = await Promise.all(
      [1, 2, 3].map((page) => stack.source.listPage(athleteId, { page }, free)),
    );
    expect([first?.length, second?.length, third?.length]).toEqual([200, 30, 0]);
    for (const listed of [...(first ?? []), ...(second ?? [])]) {
      if (!listed.isUsable) throw new Error(listed.unusable.reason);
      const { id, record, startAt } = listed.summary;
      const truth = simulator.world.summary(id);
      expect(record).toEqual(JSON.parse(JSON.stringify(truth)));
      expect(startAt).toEqual(new Date(truth.start_date));
    }
  });

  it('the list begins below a bound', async () => {
    const [, second] = simulator.world.activities(athleteId);
    const beforeS = (second?.startAt.getTime() ?? 0) / 1_000;
    const records = await stack.source.listPage(athleteId, { page: 1, beforeS }, free);
    expect(records).toHaveLength(200);
    const sent = simulator.requests.entries.at(-1)?.query;
    expect(Object.fromEntries(sent ?? [])).toEqual({
      before: String(beforeS),
      page: '1',
      per_page: '200',
    });
  });

  it('the list sends the token in the header only', async () => {
    await stack.source.listPage(athleteId, { page: 1 }, free);
    const { query } = simulator.requests.entries.at(-1) ?? {};
    expect([...(query?.keys() ?? [])].toSorted()).toEqual(['page', 'per_page']);
  });
});

describe('streams', () => {
  it('streams come by their keys, the positions as two arrays', async () => {
    const some = simulator.world.activities(athleteId).filter(({ hasStreams }) => hasStreams);
    for (const { id } of some.slice(0, 20)) {
      expect(await stack.source.streams(athleteId, id, free)).toEqual(truthOf(id));
    }
  });

  it('streams come as a list of streams, too', async () => {
    const proxy = await startListForm();
    try {
      const address = proxy.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const apiUrl = `http://127.0.0.1:${port}/api/v3`;
      const { oauthUrl, clientId, clientSecret } = simulator;
      const addresses = { apiUrl, oauthUrl, clientId, clientSecret };
      const through = await createStack({ simulator: addresses, store: adapter.store });
      const some = simulator.world.activities(athleteId).filter(({ hasStreams }) => hasStreams);
      for (const { id } of some.slice(0, 5)) {
        expect(await through.source.streams(athleteId, id, free)).toEqual(truthOf(id));
      }
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  /** Passes requests on without `key_by_type`, to which Strava answers with a list. */
  async function startListForm(): Promise<Server> {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '', simulator.url);
      url.searchParams.delete('key_by_type');
      const headers = { authorization: request.headers.authorization ?? '' };
      void fetch(url, { headers }).then(async (answer) => {
        const type = answer.headers.get('content-type') ?? '';
        response.writeHead(answer.status, { 'content-type': type });
        response.end(await answer.text());
      });
    }).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    return server;
  }
});
