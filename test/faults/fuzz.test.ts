import { afterAll, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import type { ResponseProxy, PassingResponse } from '../support/response-proxy.ts';
import { startResponseProxy } from '../support/response-proxy.ts';
import { scaled } from '../support/fault-scale.ts';
import type { Fate, Spoilt } from '../support/json-mutations.ts';
import { membersOf, spoilRecord, spoilStreams } from '../support/json-mutations.ts';
import { run } from '../support/command.ts';
import { lossesOf } from '../support/losses.ts';
import { createRandom, faultSeed } from '../support/random.ts';
import type { Scene } from '../support/scene.ts';
import { athleteId, useScene } from '../support/scene.ts';

const activities = scaled(240, 2_500);
const minCases = scaled(200, 2_000);
const open = useScene();
const proxies: ResponseProxy[] = [];

afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));

/** Pages that are not a list: each is one response of the list. */
const wrongPages = scaled(['{"message":"x"}', 'null'], ['null', '7', '"[]"', '{}', '{"0":{}}']);

type Records = readonly Readonly<Record<string, unknown>>[];
type StreamSet = Readonly<Record<string, { readonly data: readonly unknown[] }>>;

/** Spoils about half of the records and streams, each always in the same way. */
function createSpoiler() {
  const records = new Map<number, Spoilt | undefined>();
  const streams = new Map<number, Spoilt | undefined>();
  const pages = [...wrongPages];
  let maxPoints = 1_000_000;
  const once = (
    known: Map<number, Spoilt | undefined>,
    id: number,
    spoil: () => Spoilt | undefined,
  ): Spoilt | undefined => {
    if (!known.has(id)) known.set(id, spoil());
    return known.get(id);
  };
  const alterPage = (body: string): string => {
    const texts = (JSON.parse(body) as Records).map((record) => {
      const id = Number(record['id']);
      const random = createRandom(faultSeed ^ id);
      const spoil = (): Spoilt | undefined =>
        random.next() < 0.5 ? spoilRecord(membersOf(record), random) : undefined;
      return once(records, id, spoil)?.text ?? JSON.stringify(record);
    });
    return `[${texts.join(',')}]`;
  };
  const alterStreams = (id: number, body: string): string | undefined => {
    const random = createRandom(faultSeed ^ (id + 1));
    const spoil = (): Spoilt | undefined => {
      if (random.next() > 0.6) return undefined;
      const spoilt = spoilStreams(JSON.parse(body) as StreamSet, random, maxPoints);
      if (spoilt.kind === 'many points') maxPoints = 5_000;
      return spoilt;
    };
    return once(streams, id, spoil)?.text;
  };
  const alter = ({ path, status, body }: PassingResponse): string | undefined => {
    if (status !== 200) return undefined;
    if (path.endsWith('/athlete/activities')) return pages.pop() ?? alterPage(body);
    const [, id] = /\/activities\/(\d+)\/streams$/.exec(path) ?? [];
    return id === undefined ? undefined : alterStreams(Number(id), body);
  };
  return { alter, records, streams };
}

function spoiltOnly(all: ReadonlyMap<number, Spoilt | undefined>): ReadonlyMap<number, Spoilt> {
  const entries = [...all].flatMap(([id, spoilt]) => (spoilt ? [[id, spoilt] as const] : []));
  return new Map(entries);
}

function startsWithId(sentence: string): number {
  return Number(/^\d{9,}/.exec(sentence)?.[0] ?? 0);
}

interface Found {
  readonly id: number;
  readonly kind: string;
  readonly expected: Fate;
  readonly actual: string;
}

/** Records with an unexpected outcome. */
async function judgeRecords(
  { db }: Scene,
  spoilt: ReadonlyMap<number, Spoilt>,
): Promise<readonly Found[]> {
  const stored = await db
    .collection('activities')
    .find({}, { projection: { _id: 1 } })
    .toArray();
  const storedIds = new Set(stored.map(({ _id }) => Number(_id)));
  const parked = await db.collection<{ _id: string; reason: string }>('parked').find().toArray();
  expect(parked.filter(({ reason }) => reason.length < 10)).toEqual([]);
  const parkedIds = new Set(parked.map(({ _id }) => _id));
  return [...spoilt].flatMap(([id, { kind, fate }]) => {
    const isParked = parkedIds.has(`${athleteId}:${id}`);
    const hasId = !/^(?:no object|wrong id|no id)/.test(kind);
    const actual = storedIds.has(id) ? 'stored' : isParked || !hasId ? 'parked' : 'lost';
    const isRight = actual !== 'lost' && (fate === 'any' || fate === actual);
    return isRight ? [] : [{ id, kind, expected: fate, actual }];
  });
}

async function judgeStreams(
  scene: Scene,
  spoilt: ReadonlyMap<number, Spoilt>,
  different: ReadonlySet<number>,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [id, { kind, fate }] of spoilt) {
    const { streams } = (await scene.stored(id))?.['sync'] as {
      streams: { state: string; error?: string };
    };
    const isParked = streams.state === 'parked' && streams.error !== undefined;
    const isStored = streams.state === 'stored' && !different.has(id);
    const isRight =
      fate === 'any' ? streams.error === undefined : fate === 'parked' ? isParked : isStored;
    if (!isRight) found.push({ id, kind, expected: fate, actual: streams.state });
  }
  return found;
}

it(
  `stores the valid part of spoilt responses, and parks the rest with a reason (seed ${faultSeed})`,
  { timeout: scaled(90_000, 580_000) },
  async () => {
    const scene = await open({ seed: faultSeed, activities });
    const spoiler = createSpoiler();
    const proxy = await startResponseProxy(scene.simulator, spoiler.alter);
    proxies.push(proxy);
    const surroundings = { ...scene, simulator: proxy.simulator };

    const ended = await run(surroundings, 'sync', '--json');
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(ended.stderr).not.toMatch(/^\s+at /m);

    const records = spoiltOnly(spoiler.records);
    const allStreams = spoiltOnly(spoiler.streams);
    // Where the record is spoilt too, the outcome of the streams follows from that.
    const streams = new Map([...allStreams].filter(([id]) => !records.has(id)));
    const { lost, doubled } = await lossesOf(scene.db, scene.simulator, athleteId);
    const different = new Set(lost.map(startsWithId));
    expect(await judgeRecords(scene, records)).toEqual([]);
    expect(await judgeStreams(scene, streams, different)).toEqual([]);
    const isGood = (id: number): boolean => id > 0 && !records.has(id) && !streams.has(id);
    const harmed = lost.filter((sentence) => isGood(startsWithId(sentence)));
    expect(harmed).toEqual([]);
    const cases = records.size + allStreams.size;
    expect(cases).toBeGreaterThanOrEqual(minCases);

    const parked = await scene.db.collection('parked').countDocuments();
    const withoutStreams = await scene.db
      .collection('activities')
      .countDocuments({ 'sync.streams.state': 'parked' });
    reportFaults(inject('faultReport'), {
      scenario: 'fuzzed responses',
      seed: faultSeed,
      faults: { records: records.size, streams: allStreams.size, pages: wrongPages.length },
      requests: scene.countedRequests(),
      overLimit: scene.simulator.requests.overLimit().length,
      lost: harmed.length,
      doubled,
      note: `${parked} records and the streams of ${withoutStreams} parked`,
    });
    expect(doubled).toBe(0);
  },
);
