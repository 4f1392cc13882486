import type { Db } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import type { RequestEntry } from '../../../src/simulator/api/request-log.ts';
import { secretsIn } from '../../support/canaries.ts';
import type { Running } from '../../support/command/command.ts';
import type { Family } from '../../support/exposition.ts';
import { parseExposition } from '../../support/exposition.ts';
import { startKilledMongod } from '../../support/mongodb/killed-mongod.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, trueIds, useScene } from '../../support/scene.ts';
import { eventually } from '../../support/waiting.ts';

const onceAYear = { SYNC_SCHEDULE: '0 0 1 1 *' };

interface Scrape {
  readonly text: string;
  readonly families: ReadonlyMap<string, Family>;
  /** The sum over the samples that have these labels; undefined where there is none. */
  readonly value: (name: string, labels?: Readonly<Record<string, string>>) => number | undefined;
}

interface Daemon {
  readonly url: string;
  readonly command: Running;
  scrape(): Promise<Scrape>;
  /** Resolves when a scrape satisfies the condition. */
  reaches(poll: (scrape: Scrape) => boolean | Promise<boolean>): Promise<void>;
  stop(): Promise<void>;
}

async function startDaemon(
  scene: Scene,
  env: Record<string, string> = {},
  start = scene.begin,
): Promise<Daemon> {
  const port = String(await findFreePort());
  const url = `http://127.0.0.1:${port}`;
  const command = start(['start'], { ...onceAYear, HTTP_PORT: port, ...env });
  const scrape = async (): Promise<Scrape> => {
    const response = await fetch(`${url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    return readScrape(await response.text());
  };
  return {
    url,
    command,
    scrape,
    reaches: (poll) =>
      command.reach(
        eventually(async () => {
          const found = await scrape().catch(() => undefined);
          return found !== undefined && (await poll(found));
        }, 60_000),
      ),
    stop: async () => {
      command.kill('SIGTERM');
      expect((await command.ended).exitCode).toBe(0);
    },
  };
}

function readScrape(text: string): Scrape {
  const families = parseExposition(text);
  const samples = [...families.values()].flatMap((family) => family.samples);
  return {
    text,
    families,
    value: (name, labels = {}) => {
      const found = samples.filter(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
    },
  };
}

/** Some of the simulator's endpoint names differ from the daemon's. */
const itsName: Readonly<Record<string, string>> = {
  'athlete-zones': 'athlete_zones',
  stats: 'athlete_stats',
  'segment-streams': 'segment_streams',
};

function endpointsOf(entries: readonly RequestEntry[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { endpoint } of entries) {
    const name = itsName[endpoint] ?? endpoint;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function secretsOf({ simulator, db }: Scene): Promise<ReadonlyMap<string, string>> {
  const tokens = await db.collection('tokens').find().toArray();
  const stored = tokens.flatMap(
    (token) => [token['access_token'], token['refresh_token']] as unknown[],
  );
  const secrets = [simulator.clientSecret, ...stored.map(String)];
  return new Map(secrets.map((secret, at) => [secret, `secret ${at}`]));
}

const countStreams = (db: Db, state: string) =>
  db.collection('activities').countDocuments({ 'sync.streams.state': state });

const streamsOf = (id: number) => (entry: RequestEntry) =>
  entry.endpoint === 'streams' && entry.activityId === id;

/** A generous bound: the pauses between attempts to reach MongoDB grow to ten seconds. */
describe.concurrent('the metrics of the daemon', { timeout: 180_000 }, () => {
  const openScene = useScene();

  it('match Strava and the database', async () => {
    const env = { SYNC_ATHLETE: 'true', SYNC_DETAILS: 'true' };
    const scene = await openScene({ activities: 25, env });
    const { simulator, db } = scene;
    const [first = 0] = trueIds(simulator);
    simulator.faults.next('597', 1, { endpoint: 'list' });
    simulator.faults.next('error-json', 1, streamsOf(first));
    simulator.faults.next('reset', 1, { endpoint: 'streams' });
    const startedS = Date.now() / 1_000;
    const daemon = await startDaemon(scene, {}, scene.launch);
    await daemon.command.shown('Run done');
    // The details of a new activity are fetched again half an hour later.
    const again = await db.collection('activities').countDocuments({
      'sync.details.state': 'pending',
    });
    // The figures from the database can be a second old.
    await daemon.reaches(
      ({ value }) =>
        value('domestique_runs_total', { outcome: 'done' }) === 1 &&
        value('domestique_backlog_activities') === again,
    );
    const { value, text, families } = await daemon.scrape();

    const { entries } = simulator.requests;
    for (const [endpoint, count] of Object.entries(endpointsOf(entries)))
      expect([endpoint, value('domestique_requests_total', { endpoint })]).toEqual([
        endpoint,
        count,
      ]);
    expect(value('domestique_requests_total')).toBe(entries.length);
    const countOf = (ok: (entry: RequestEntry) => boolean) => entries.filter(ok).length;
    expect(value('domestique_requests_total', { outcome: 'ok' })).toBe(
      countOf(({ status }) => status === 200),
    );
    expect(value('domestique_requests_total', { outcome: 'not_found' }) ?? 0).toBe(
      countOf(({ status }) => status === 404),
    );
    expect(value('domestique_requests_total', { outcome: 'unanswered' })).toBe(1);
    expect(value('domestique_requests_total', { outcome: 'failed' })).toBe(2);
    const refreshes = simulator.requests.tokenRefreshes();
    expect(value('domestique_token_refreshes_total')).toBe(refreshes);
    expect(value('domestique_token_refreshes_total', { result: 'renewed' })).toBe(refreshes);

    expect(value('domestique_quota_limit_requests', { window: 'short' })).toBe(5_000);
    expect(value('domestique_quota_limit_requests', { window: 'daily' })).toBe(50_000);
    const used = value('domestique_quota_used_requests', { window: 'daily' });
    expect(used).toBe(scene.countedRequests());

    expect(value('domestique_activities_total', { result: 'added' })).toBe(25);
    const stored = await countStreams(db, 'stored');
    expect(value('domestique_streams_total', { result: 'stored' })).toBe(stored);
    expect(value('domestique_streams_total', { result: 'none' })).toBe(25 - stored);
    expect(value('domestique_streams_total', { result: 'failed' })).toBe(1);
    expect(value('domestique_backlog_activities', { part: 'streams' })).toBe(0);
    expect(value('domestique_backlog_activities', { part: 'details' })).toBe(again);
    expect(value('domestique_parked')).toBe(0);
    expect(value('domestique_waiting_seconds')).toBe(0);
    expect(value('domestique_athletes', { login: 'good' })).toBe(1);
    expect(value('domestique_athletes', { login: 'needed' })).toBe(0);
    expect(value('domestique_run_duration_seconds_count')).toBe(1);
    expect(value('domestique_mongodb_up')).toBe(1);
    expect(value('domestique_mongodb_retries_total')).toBe(0);
    expect(value('domestique_last_success_timestamp_seconds')).toBeGreaterThan(startedS - 5);
    expect(value('domestique_last_success_timestamp_seconds')).toBeLessThan(Date.now() / 1_000 + 5);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);

    for (const [name, { type, help, samples }] of families) {
      expect(name).toMatch(/^(?:domestique|process|nodejs)_/);
      expect(help).not.toBe('');
      if (name.startsWith('domestique_'))
        expect(name.endsWith('_total'), name).toBe(type === 'counter');
      const labels = samples.flatMap((sample) => Object.values(sample.labels));
      // Only words, so no id and no address; the bounds of a histogram are the only exception.
      if (name.startsWith('domestique_') && type !== 'histogram')
        for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
    }
    const ids = [athleteId, ...trueIds(simulator)].map(String);
    const texts = [...families.values()].flatMap(({ samples }) =>
      samples.flatMap((sample) => Object.values(sample.labels)),
    );
    expect(texts.filter((label) => ids.includes(label))).toEqual([]);
    expect(secretsIn(text, await secretsOf(scene))).toEqual([]);
    expect(text).not.toContain('mongodb://');

    // The server is bound to one address, and accepts only GET there.
    const elsewhere = daemon.url.replace('127.0.0.1', '127.0.0.2');
    await expect(fetch(`${elsewhere}/metrics`)).rejects.toThrow();
    expect((await fetch(`${daemon.url}/metrics`, { method: 'POST' })).status).toBe(404);
    await daemon.stop();
  });

  it('show the remaining quota while the daemon waits for it', async () => {
    const quota = { STRAVA_QUOTA_SHORT: '10', STRAVA_QUOTA_DAILY: '10' };
    const scene = await openScene({ activities: 40, env: quota });
    const daemon = await startDaemon(scene);
    await daemon.command.shown('Quota spent, waiting until');
    await daemon.reaches(
      ({ value }) => (value('domestique_waiting_seconds', { reason: 'quota' }) ?? 0) > 0,
    );
    // Requests in flight still arrive and are stored, and the figures from the database can be a second old.
    await daemon.reaches(
      async ({ value }) =>
        value('domestique_quota_used_requests', { window: 'daily' }) === scene.countedRequests() &&
        value('domestique_backlog_activities', { part: 'streams' }) ===
          (await countStreams(scene.db, 'pending')),
    );
    expect(await countStreams(scene.db, 'pending')).toBeGreaterThan(20);
    const { value } = await daemon.scrape();
    expect(value('domestique_waiting_seconds', { reason: 'strava' })).toBe(0);
    expect(value('domestique_quota_limit_requests', { window: 'daily' })).toBe(10);
    expect(value('domestique_runs_total')).toBe(0);
    await daemon.stop();
  });

  it('show that Strava is unavailable', async () => {
    const scene = await openScene();
    scene.simulator.faults.rate(1, ['597'], { endpoint: 'streams' });
    const daemon = await startDaemon(scene);
    await daemon.reaches(
      ({ value }) => (value('domestique_waiting_seconds', { reason: 'strava' }) ?? 0) > 0,
    );
    const { value } = await daemon.scrape();
    expect(value('domestique_requests_total', { outcome: 'failed' })).toBeGreaterThan(3);
    await daemon.stop();
  });

  it('omit the figures from the database while MongoDB is away', async () => {
    const scene = await openScene({ activities: 2, isLoggedIn: false });
    const mongod = await startKilledMongod(scene);
    try {
      const daemon = await startDaemon(scene, { MONGODB_URI: mongod.uri });
      await daemon.reaches(({ value }) => (value('domestique_mongodb_retries_total') ?? 0) > 0);
      const early = await daemon.scrape();
      expect(early.value('domestique_mongodb_up')).toBe(0);
      expect(early.value('domestique_quota_limit_requests')).toBeUndefined();
      await mongod.restart();
      await daemon.reaches(({ value }) => value('domestique_mongodb_up') === 1);
      await daemon.command.shown('Run done');

      await mongod.kill();
      await daemon.reaches(({ value }) => value('domestique_mongodb_up') === 0);
      const later = await daemon.scrape();
      expect(later.value('domestique_backlog_activities')).toBeUndefined();
      expect(later.value('domestique_last_success_timestamp_seconds')).toBeUndefined();
      expect(later.value('domestique_activities_total', { result: 'added' })).toBe(2);
      await daemon.stop();
    } finally {
      await mongod.remove();
    }
  });
});
