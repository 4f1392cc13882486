import { afterAll, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import { run } from '../support/command/command.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import { faultSeed } from '../support/faults/random.ts';
import type { ResponseProxy } from '../support/faults/response-proxy.ts';
import { startResponseProxy } from '../support/faults/response-proxy.ts';
import { useScene } from '../support/scene.ts';
import { createSpoiler, judgeSpoilt } from '../support/faults/spoiler.ts';

const activities = scaled(240, 2_500);
const minCases = scaled(200, 2_000);
const open = useScene();
const proxies: ResponseProxy[] = [];

afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));

/** Pages that are not a list: each is one response of the list. */
const wrongPages = scaled(['{"message":"x"}', 'null'], ['null', '7', '"[]"', '{}', '{"0":{}}']);

it(
  `stores the valid part of spoilt responses, and parks the rest with a reason (seed ${faultSeed})`,
  { timeout: scaled(90_000, 580_000) },
  async () => {
    const scene = await open({ seed: faultSeed, activities });
    const spoiler = createSpoiler({ seed: faultSeed, wrongPages, maxPoints: 1_000_000 });
    const proxy = await startResponseProxy(scene.simulator, spoiler.alter);
    proxies.push(proxy);
    const surroundings = { ...scene, simulator: proxy.simulator };

    const ended = await run(surroundings, 'sync', '--json');
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(ended.stderr).not.toMatch(/^\s+at /m);

    const { wrong, harmed, doubled, cases } = await judgeSpoilt(scene, spoiler);
    expect(wrong).toEqual([]);
    expect(harmed).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(minCases);

    const parked = await scene.db.collection('parked').countDocuments();
    const withoutStreams = await scene.db
      .collection('activities')
      .countDocuments({ 'sync.streams.state': 'parked' });
    reportFaults(inject('faultReport'), {
      scenario: 'fuzzed responses',
      seed: faultSeed,
      faults: {
        records: spoiler.records().size,
        streams: spoiler.streams().size,
        pages: wrongPages.length,
        responses: spoiler.alteredResponses(),
      },
      requests: scene.countedRequests(),
      overLimit: scene.simulator.requests.overLimit().length,
      lost: harmed.length,
      doubled,
      note: `${parked} records and the streams of ${withoutStreams} parked`,
    });
    expect(doubled).toBe(0);
  },
);
