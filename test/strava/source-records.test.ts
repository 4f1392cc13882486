import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readDetail, segmentIdsOf } from '../../src/domain/activity/detail.ts';
import { parseJson, type JsonObject } from '../../src/domain/json.ts';
import { ApplicationRejectedError } from '../../src/errors.ts';
import {
  MalformedResponseError,
  NotFoundError,
  StravaRecordError,
  SubscribersOnlyError,
} from '../../src/strava-errors.ts';
import { writeJson } from '../../src/simulator/api/json-text.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Client } from '../../src/strava/client.ts';
import { createSource } from '../../src/strava/source.ts';
import type { StravaSource } from '../../src/sync/ports/source.ts';
import { useAdapter } from '../mongo/adapter.ts';
import { startResponseProxy, type ResponseProxy } from '../support/faults/response-proxy.ts';
import { athleteId, createStack, free, logIn, thrownBy } from './stack.ts';

const adapter = useAdapter();
const quota = { short: 100_000, daily: 100_000 };
let simulator: Simulator;
let proxy: ResponseProxy;
let source: StravaSource;
/** What the proxy puts in the place of answers. */
let alter: (body: string) => string | undefined = () => undefined;

beforeAll(async () => {
  const athletes = [
    {
      id: athleteId,
      firstname: 'A',
      lastname: 'M',
      activities: 40,
      isSubscriber: true,
      starredSegments: 230,
    },
  ];
  simulator = await startSimulator({ athletes, quota });
  proxy = await startResponseProxy(simulator, ({ path, body }) =>
    path.includes('/oauth/') ? undefined : alter(body),
  );
  const stack = await createStack({
    simulator: proxy.simulator,
    store: adapter.store,
    settings: quota,
  });
  await logIn(stack, simulator);
  source = createSource(stack.client, { maxStreamsBytes: 64_000_000 });
});

afterAll(async () => {
  await proxy.close();
  await simulator.close();
});

async function altered<T>(change: (body: string) => string, work: () => Promise<T>): Promise<T> {
  alter = change;
  try {
    return await work();
  } finally {
    alter = () => undefined;
  }
}

function lastRequest(): { path: string; query: Record<string, string> } {
  const { path, query } = simulator.requests.entries.at(-1) ?? {};
  return { path: path ?? '', query: Object.fromEntries(query ?? []) };
}

function withEfforts(): { id: number; segmentId: number } {
  for (const { id } of simulator.world.activities(athleteId)) {
    const detail = parseJson(writeJson(simulator.world.detail(id))) as JsonObject;
    const [segmentId] = segmentIdsOf(detail);
    if (segmentId !== undefined) return { id, segmentId };
  }
  throw new Error('No activity has efforts.');
}

describe('an activity', () => {
  it('an activity comes with its summary and its details, ids beyond 2^53 exact', async () => {
    const { id } = withEfforts();
    const truth = simulator.world.detail(id);
    const detail = await source.activity(athleteId, id, free);
    expect(detail).toEqual(readDetail(parseJson(writeJson(truth))));
    const [effort] = detail.details['segment_efforts'] as readonly JsonObject[];
    const [true_] = truth['segment_efforts'] as readonly { id: bigint }[];
    expect(effort?.['id']).toBe(true_?.id);
    expect(true_?.id).toBeGreaterThan(2n ** 53n);
    expect(lastRequest()).toMatchObject({
      path: `/api/v3/activities/${id}`,
      query: { include_all_efforts: 'true' },
    });
  });

  it('an activity that Strava does not know is not found', async () => {
    await expect(source.activity(athleteId, 12_345, free)).rejects.toThrow(NotFoundError);
  });

  it('an activity with a failure of its own is that', async () => {
    const { id } = withEfforts();
    simulator.faults.next('error-json', 1, { endpoint: 'activity' });
    await expect(source.activity(athleteId, id, free)).rejects.toThrow(StravaRecordError);
  });

  it('an activity of another athlete is malformed', async () => {
    const { id } = withEfforts();
    const foreign = (body: string) => body.replace(`"id":${athleteId}`, '"id":4711');
    const error = await altered(foreign, () => thrownBy(source.activity(athleteId, id, free)));
    expect(error).toBeInstanceOf(MalformedResponseError);
    expect(error.message).toContain('of another athlete');
    const silent = (body: string) => body.replace(`"athlete":{"id":${athleteId},`, '"athlete":{');
    await expect(
      altered(silent, () => source.activity(athleteId, id, free)),
    ).resolves.toMatchObject({ summary: { id, record: { athlete: { resource_state: 1 } } } });
  });

  it.each<[string, string, string]>([
    ['another id', '{"id":5,"start_date":"2026-11-21T06:30:00Z"}', 'another id'],
    ['no start', '{"id":5}', 'its start_date'],
    ['no object', '[]', 'not an object'],
  ])('an activity with %s is malformed', async (_, body, problem) => {
    const { id } = withEfforts();
    const error = await altered(
      () => body,
      () => thrownBy(source.activity(athleteId, id, free)),
    );
    expect(error).toBeInstanceOf(MalformedResponseError);
    expect(error.message).toContain(problem);
    expect(error.message).toContain(`activity ${id}`);
  });
});

describe('a segment', () => {
  it('a segment comes as it is', async () => {
    const { segmentId } = withEfforts();
    const segment = await source.segment(athleteId, segmentId, free);
    expect(segment).toMatchObject({
      id: segmentId,
      resource_state: 3,
      climb_category: expect.any(Number) as number,
    });
    expect(lastRequest().path).toBe(`/api/v3/segments/${segmentId}`);
  });

  it('a segment has its streams, the positions as two arrays', async () => {
    const { segmentId } = withEfforts();
    const { sampleCount, arrays } = await source.segmentStreams(athleteId, segmentId, free);
    expect([...arrays.keys()].toSorted()).toEqual(['altitude', 'distance', 'lat', 'lng']);
    expect(sampleCount).toBe(60);
    expect(lastRequest()).toMatchObject({
      path: `/api/v3/segments/${segmentId}/streams`,
      query: { keys: 'distance,latlng,altitude', key_by_type: 'true' },
    });
  });

  it('a segment that Strava does not know is not found, and neither are its streams', async () => {
    await expect(source.segment(athleteId, 1, free)).rejects.toThrow(NotFoundError);
    await expect(source.segmentStreams(athleteId, 1, free)).rejects.toThrow(NotFoundError);
  });

  it('a segment of another id, or with streams of different lengths, is malformed', async () => {
    const { segmentId } = withEfforts();
    const segment = altered(
      (body) => body.replace(`"id":${segmentId}`, '"id":1'),
      () => source.segment(athleteId, segmentId, free),
    );
    await expect(segment).rejects.toThrow(MalformedResponseError);
    const streams = altered(
      () => '{"distance":{"data":[1]},"altitude":{"data":[]}}',
      () => source.segmentStreams(athleteId, segmentId, free),
    );
    await expect(streams).rejects.toThrow(/different lengths/);
  });
});

describe('the athlete', () => {
  it('the athlete comes as a profile, zones and stats', async () => {
    const profile = await source.athlete(athleteId, 'profile', free);
    expect(profile).toEqual(JSON.parse(JSON.stringify(simulator.world.athlete(athleteId))));
    expect(lastRequest().path).toBe('/api/v3/athlete');
    const zones = await source.athlete(athleteId, 'zones', free);
    expect(Object.keys(zones)).toEqual(['heart_rate', 'power']);
    expect(lastRequest().path).toBe('/api/v3/athlete/zones');
    const stats = await source.athlete(athleteId, 'stats', free);
    expect(stats).toHaveProperty('all_ride_totals.count');
    expect(lastRequest().path).toBe(`/api/v3/athletes/${athleteId}/stats`);
  });

  it('the athlete who is somebody else is malformed', async () => {
    const profile = altered(
      (body) => body.replace(`"id":${athleteId}`, '"id":7'),
      () => source.athlete(athleteId, 'profile', free),
    );
    await expect(profile).rejects.toThrow(MalformedResponseError);
  });
});

describe('gear', () => {
  it('gear comes with brand and model', async () => {
    const gearId = `b${athleteId}1`;
    const gear = await source.gear(athleteId, gearId, free);
    expect(gear).toMatchObject({ id: gearId, brand_name: 'Puch', model_name: 'Mistral' });
    expect(lastRequest().path).toBe(`/api/v3/gear/${gearId}`);
  });

  it('gear that Strava does not know is not found, whatever its name', async () => {
    await expect(source.gear(athleteId, 'b7', free)).rejects.toThrow(NotFoundError);
    await expect(source.gear(athleteId, '../athlete', free)).rejects.toThrow(NotFoundError);
    expect(lastRequest().path).toBe('/api/v3/gear/..%2Fathlete');
  });
});

/** A source whose every request is answered with 403. */
function forbidding(fault: string): StravaSource {
  const headers = { 'content-type': 'application/json' };
  const response = { status: 403, headers, body: `{"errors":[${fault}]}` };
  const get = () => Promise.resolve(response);
  return createSource({ get, getWithToken: get }, { maxStreamsBytes: 1 });
}

/** A source that sends lists of these lengths, whatever it is asked. */
function paging(sizes: readonly number[]) {
  const queries: unknown[] = [];
  const get: Client['get'] = (_, { query }) => {
    const body = JSON.stringify(Array(sizes[queries.length] ?? 0).fill({ firstname: 'Grace' }));
    queries.push(query);
    return Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body });
  };
  const client = { get, getWithToken: () => Promise.reject(new Error('Not expected.')) };
  return { source: createSource(client, { maxStreamsBytes: 1 }), queries };
}

describe('a part of an activity', () => {
  const zonesOf = (activityId: number) =>
    ({ kind: 'activityPart', part: 'zones', activityId, tries: 0 }) as const;

  it('a part of an activity comes as Strava has it', async () => {
    const ids = simulator.world.activities(athleteId).map((activity) => activity.id);
    const id = ids.find((one) => simulator.world.summary(one)['has_heartrate'] === true) ?? 0;
    const zones = await source.activityPart(athleteId, zonesOf(id), free);
    expect(zones).toMatchObject([{ type: 'heartrate', sensor_based: true }]);
    expect(zones[0]?.['distribution_buckets']).toHaveLength(5);
    expect(lastRequest()).toEqual({ path: `/api/v3/activities/${id}/zones`, query: {} });
  });

  it.each([
    ['kudoers', 'kudos_count', 'kudos'],
    ['comments', 'comment_count', 'comments'],
  ] as const)('%s come page by page, until a page is not full', async (part, countKey, path) => {
    const [{ id } = { id: 0 }] = simulator.world.activities(athleteId);
    simulator.world.editActivity(id, { [countKey]: 430 });
    const before = simulator.requests.count({ endpoint: path });
    const task = { kind: 'activityPart', part, activityId: id, tries: 0, count: 430 } as const;
    const records = await source.activityPart(athleteId, task, free);
    expect(records).toHaveLength(430);
    if (part === 'comments') expect(new Set(records.map((record) => record['id'])).size).toBe(430);
    expect(simulator.requests.count({ endpoint: path }) - before).toBe(3);
  });

  it.each([
    [75, [30, 30, 15], 3],
    // Thirty and no more are counted.
    [30, [30, 30], 1],
    [20, [30, 30], 1],
    // Some that are counted are not shown.
    [75, [30, 9], 2],
    [75, [9], 1],
    [1_300, Array<number>(9).fill(200), 5],
  ])('kudoers of %j are read from pages of %j by %j requests', async (count, sizes, requests) => {
    const { source: paged, queries } = paging(sizes);
    const task = { kind: 'activityPart', part: 'kudoers', activityId: 5, tries: 0, count } as const;
    await paged.activityPart(athleteId, task, free);
    expect(queries).toHaveLength(requests);
  });

  it('comments without a cursor end with their first page', async () => {
    const { source: paged, queries } = paging([200, 200]);
    const task = { kind: 'activityPart', part: 'comments', activityId: 5, tries: 0 } as const;
    expect(await paged.activityPart(athleteId, task, free)).toHaveLength(200);
    expect(queries).toEqual([{ page_size: '200' }]);
  });

  it('the photos of an activity are requested as large as they are, uploaded ones too', async () => {
    const [{ id } = { id: 0 }] = simulator.world.activities(athleteId);
    simulator.world.editActivity(id, { total_photo_count: 2 });
    const task = { kind: 'activityPart', part: 'photos', activityId: id, tries: 0 } as const;
    const photos = await source.activityPart(athleteId, { ...task, count: 2 }, free);
    expect(photos).toMatchObject(Array(2).fill({ activity_id: id, sizes: { 5000: [1024, 768] } }));
    const query = { photo_sources: 'true', size: '5000' };
    expect(lastRequest()).toEqual({ path: `/api/v3/activities/${id}/photos`, query });
  });

  it.each(['{}', '[1]', 'null'])('a part of an activity that is %s is malformed', async (body) => {
    const { id } = withEfforts();
    const error = await altered(
      () => body,
      () => thrownBy(source.activityPart(athleteId, zonesOf(id), free)),
    );
    expect(error).toBeInstanceOf(MalformedResponseError);
    expect(error.message).toContain(`the zones of activity ${id}`);
  });

  it('zones that Strava forbids are for subscribers only', async () => {
    const zones = (fault: string) => forbidding(fault).activityPart(athleteId, zonesOf(5), free);
    expect(await thrownBy(zones('{"resource":"Activity"}'))).toBeInstanceOf(SubscribersOnlyError);
    const inactive = '{"resource":"Application","field":"Status","code":"Inactive"}';
    expect(await thrownBy(zones(inactive))).toBeInstanceOf(ApplicationRejectedError);
  });
});

describe('a list of an athlete', () => {
  it('saved routes come to the end of the list, ids beyond 2^53 exact', async () => {
    const routes = await source.athleteList(athleteId, 'saved_routes', free);
    expect(routes).toHaveLength(3);
    expect(routes.map(({ id }) => (typeof id === 'bigint' ? id.toString() : id))).toEqual(
      routes.map((route) => route['id_str']),
    );
    const path = `/api/v3/athletes/${athleteId}/routes`;
    expect(lastRequest()).toEqual({ path, query: { page: '2', per_page: '200' } });
  });

  it('starred segments come page by page', async () => {
    const before = simulator.requests.count({ endpoint: 'starred-segments' });
    const segments = await source.athleteList(athleteId, 'starred_segments', free);
    expect(segments).toHaveLength(230);
    expect(simulator.requests.count({ endpoint: 'starred-segments' }) - before).toBe(3);
  });
});
