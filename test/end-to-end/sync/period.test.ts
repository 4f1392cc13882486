import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../../src/domain/duration.ts';
import {
  printedJson,
  athleteId,
  athleteNamed,
  storedIds,
  trueIds,
  useScene,
} from '../../support/scene.ts';
import type { Scene } from '../../support/scene.ts';

const dayMs = 86_400_000;

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The activities with streams that start within a period, bounds included. */
function within({ simulator }: Scene, sinceMs: number, untilMs = Infinity): readonly number[] {
  return simulator.world
    .activities(athleteId)
    .filter(({ isManual }) => !isManual)
    .filter(({ startAt }) => startAt.getTime() >= sinceMs && startAt.getTime() <= untilMs)
    .map(({ id }) => id);
}

function ascending(ids: readonly number[]): readonly number[] {
  return [...ids].sort((one, other) => one - other);
}

describe.concurrent('sync --since and --until', () => {
  const openScene = useScene();

  function openHistory(): Promise<Scene> {
    return openScene({ athletes: [{ ...athleteNamed('Ada', athleteId, 30), years: 2 }] });
  }

  it.each<[string, (middle: Date) => [string, number]]>([
    ['a year', (at) => [day(at).slice(0, 4), Date.UTC(at.getUTCFullYear(), 0)]],
    ['a month', (at) => [day(at).slice(0, 7), Date.UTC(at.getUTCFullYear(), at.getUTCMonth())]],
    ['a day', (at) => [day(at), Date.parse(day(at))]],
    ['an instant', (at) => [at.toISOString(), at.getTime()]],
    ['a length of time', () => ['400d', Date.now() - 400 * dayMs]],
  ])(
    'sync --since and --until completes everything since %s, and requests no older streams',
    async (_, form) => {
      const scene = await openHistory();
      const middle = scene.simulator.world.activities(athleteId)[14]?.startAt ?? new Date(0);
      const [text, sinceMs] = form(middle);
      const { exitCode, stderr } = await scene.call('sync', '--since', text);
      expect(exitCode, stderr).toBe(0);
      const wanted = within(scene, sinceMs);
      expect(wanted.length).toBeGreaterThan(4);
      expect(ascending(scene.requestedStreams())).toEqual(ascending(wanted));
      const stored = await scene.db.collection('streams').distinct('activity_id');
      expect(ascending(stored.map(Number))).toEqual(ascending(wanted));
    },
  );

  it('sync --since and --until reads the list only as far as the period', async () => {
    const athletes = [{ ...athleteNamed('Ada', athleteId, 900), years: 9 }];
    const scene = await openScene({ athletes, env: { SYNC_STREAMS: 'false' } });
    const middle = scene.simulator.world.activities(athleteId)[250]?.startAt ?? new Date(0);
    expect((await scene.call('sync', '--since', day(middle))).exitCode).toBe(0);
    expect(scene.countedRequests()).toBe(2);
    expect(await storedIds(scene.db)).toHaveLength(399);
  });

  it('sync --since and --until requests only the list the second time', async () => {
    const scene = await openHistory();
    await scene.call('sync', '--since', '500d');
    scene.simulator.requests.clear();
    const again = await scene.call('sync', '--since', '500d', '--json');
    expect(printedJson(again)).toMatchObject({ added: 0, changed: 0, streamsStored: 0 });
    expect(scene.requestedStreams()).toEqual([]);
    expect(scene.countedRequests()).toBe(1);
  });

  it('sync --since and --until includes the first and the last instant of the period', async () => {
    const scene = await openHistory();
    const { world } = scene.simulator;
    const starts = [
      '2025-03-31T23:59:59Z',
      '2025-04-01T00:00:00Z',
      '2025-04-30T23:59:59Z',
      '2025-05-01T00:00:00Z',
    ];
    const [before, first, last, after] = starts.map((start) =>
      world.addActivity(athleteId, {}, { startAt: new Date(start), samples: 5 }),
    );
    const ended = await scene.call('sync', '--since', '2025-04', '--until', '2025-04');
    expect(ended.exitCode, ended.stderr).toBe(0);
    const requested = scene.requestedStreams();
    expect(requested).toContain(first);
    expect(requested).toContain(last);
    expect(requested).not.toContain(before);
    expect(requested).not.toContain(after);
    const period = [Date.UTC(2025, 3), Date.UTC(2025, 4) - 1] as const;
    expect(ascending(requested)).toEqual(ascending(within(scene, ...period)));
  });

  it('sync --since and --until leaves the rest complete for the next default sync', async () => {
    const scene = await openHistory();
    await scene.call('sync', '--since', '300d', '--until', '200d');
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await scene.differences()).toEqual([]);
    expect(scene.simulator.requests.fetchedTwice()).toEqual([]);
  });

  it('sync --since and --until starts at SYNC_SINCE with --until only', async () => {
    const scene = await openHistory();
    const env = { SYNC_SINCE: '600d' };
    const { exitCode } = await scene.callWith(env, 'sync', '--until', '300d');
    expect(exitCode).toBe(0);
    const bounds = [Date.now() - 600 * dayMs, Date.now() - 300 * dayMs] as const;
    expect(ascending(scene.requestedStreams())).toEqual(ascending(within(scene, ...bounds)));
  });

  it('sync --since and --until leaves its backfill request to the next command when killed', async () => {
    const scene = await openHistory();
    const killed = scene.launch(['sync', '--since', '600d']);
    await scene.simulator.requests.waitFor((log) => log.count('streams') >= 2, 30_000);
    killed.kill('SIGKILL');
    await killed.ended;
    const requested = { 'sync.backfills.0': { $exists: true } };
    expect(await scene.db.collection('athletes').countDocuments(requested)).toBe(1);
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await scene.db.collection('athletes').countDocuments(requested)).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });

  it('sync --since and --until does nothing for a period in the future', async () => {
    const scene = await openHistory();
    const { exitCode, stderr } = await scene.call('sync', '--since', '2999');
    expect(exitCode, stderr).toBe(0);
    expect(scene.requestedStreams()).toEqual([]);
    expect(scene.countedRequests()).toBeLessThanOrEqual(2);
  });

  it.each([
    [['--since', 'tomorrow'], 2, '--since takes 2019'],
    [['--since', '2025-02-30'], 2, '"2025-02-30"'],
    [['--until', '2025-13'], 2, '--until takes 2019'],
    [['--since', '2025', '--until', '2024'], 2, '--until lies before --since.'],
    [['--athlete', 'Ada'], 2, '--athlete takes'],
    [['--athlete', '77'], 3, 'Athlete 77 has not logged in; known are 1001.'],
  ])('sync with %j ends with %i and one sentence', async (args, expected, sentence) => {
    const scene = await openScene({ activities: 1 });
    const { exitCode, stdout, stderr } = await scene.callWith(
      { LOG_LEVEL: 'warn' },
      'sync',
      ...args,
    );
    expect(exitCode).toBe(expected);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(scene.simulator.requests.entries).toHaveLength(0);
  });
});

describe.concurrent('sync --dry-run', () => {
  const openScene = useScene();

  it('sync --dry-run stores no activity and prints the requests to do', async () => {
    const scene = await openScene({ activities: 40 });
    const withStreams = within(scene, 0).length;
    const text = await scene.call('sync', '--dry-run');
    expect(text.exitCode, text.stderr).toBe(0);
    expect(text.stdout).toContain(`streams of ${withStreams} to fetch`);
    expect(text.stdout).toContain(`To do: ${withStreams} requests`);
    const json = await scene.call('sync', '--dry-run', '--json');
    expect(printedJson(json)).toMatchObject({
      athletes: [{ athleteId, listed: 40, unknown: 40, streams: withStreams }],
      requests: withStreams,
    });
    expect(scene.requestedStreams()).toEqual([]);
    expect(await storedIds(scene.db)).toEqual([]);
    const listed = { 'sync.coverage': { $exists: true } };
    expect(await scene.db.collection('athletes').countDocuments(listed)).toBe(0);
  });

  it('sync --dry-run estimates the time under the quota without what polls and new activities take', async () => {
    const scene = await openScene({ activities: 40 });
    // Some 36 recordings; of 20 requests a day 12 to 19 are left for them.
    const env = { STRAVA_QUOTA_DAILY: '20' };
    const { stdout } = await scene.callWith(env, 'sync', '--dry-run', '--json');
    const { seconds } = JSON.parse(stdout) as { seconds: number };
    expect(seconds).toBeGreaterThan(86_400);
    expect(seconds).toBeLessThanOrEqual(4 * 86_400);
  });

  it('sync --dry-run estimates the time by the speed of the last runs where that is lower, as status does', async () => {
    const scene = await openScene({ activities: 40 });
    const slow = { requests: 20, busy_seconds: 7_200 };
    const started_at = new Date(Date.now() - 7_200_000);
    await scene.db.collection('runs').insertOne({
      ...{ reason: 'command', command: 'sync', host: 'here', pid: 7, started_at },
      ...{ ended_at: new Date(), outcome: 'done', counts: slow },
      client_id: scene.simulator.clientId,
    });
    const { stdout } = await scene.call('sync', '--dry-run', '--json');
    const { seconds, requests } = JSON.parse(stdout) as { seconds: number; requests: number };
    expect(seconds / requests).toBeCloseTo(360);

    const few = { STRAVA_QUOTA_DAILY: '8' };
    expect((await scene.callWith(few, 'sync', '--no-wait')).exitCode).toBe(75);
    const { toDo } = printedJson(await scene.call('status', '--json')) as {
      toDo: { streams: number; duration: string };
    };
    expect(toDo.streams).toBeGreaterThan(20);
    expect(toDo.duration).toBe(formatDuration(toDo.streams * 360_000));
  });

  it('sync --dry-run plans one request where everything is stored', async () => {
    const scene = await openScene({ activities: 230, env: { SYNC_STREAMS: 'false' } });
    await scene.call('sync');
    const { stdout } = await scene.call('sync', '--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ athletes: [{ listRequests: 1, unknown: 0 }] });
  });

  it('sync --dry-run counts no streams where streams are switched off', async () => {
    const scene = await openScene({ activities: 10, env: { SYNC_STREAMS: 'false' } });
    const { stdout } = await scene.call('sync', '--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ requests: 0, athletes: [{ unknown: 10 }] });
  });

  it('sync --dry-run and status count the details that an answer turned on, and say how to change it', async () => {
    const scene = await openScene({ activities: 12 });
    const { stdout: before } = await scene.call('status');
    expect(before).toMatch(/details +off, as nobody answered; turn on: npm run accounts\s+--/);
    const answered = printedJson(await scene.call('accounts', '--details', '--json'));
    expect(answered).toMatchObject({ athlete: athleteId, detailsSource: { source: 'answer' } });
    const streams = within(scene, 0).length;
    const requests = streams + 12;
    const text = await scene.call('sync', '--dry-run');
    expect(text.stdout).toContain(`streams of ${streams} and details of 12 to fetch`);
    expect(text.stdout).toContain(`To do: ${requests} requests`);
    const json = printedJson(await scene.call('sync', '--dry-run', '--json'));
    expect(json).toMatchObject({ athletes: [{ streams, details: 12 }], requests });
    const off = { SYNC_DETAILS: 'false' };
    const without = printedJson(await scene.callWith(off, 'sync', '--dry-run', '--json'));
    expect(without).toMatchObject({ athletes: [{ streams, details: 0 }], requests: streams });

    await scene.callWith(off, 'sync');
    expect(printedJson(await scene.call('status', '--json'))).toMatchObject({
      athletes: [{ detailsToDo: 12, detailsSource: { areFetched: true, source: 'answer' } }],
      toDo: { streams: 0, details: 12, duration: expect.stringMatching(/\d/) as string },
    });
    const { stdout } = await scene.call('status');
    expect(stdout).toMatch(/details +0 stored, 12 pending, 0 parked; on by the answer of \d/);
    expect(stdout).toMatch(/To do +details of 12: about \d/);
    const { stdout: fetched } = await scene.callWith(off, 'status');
    expect(fetched).toMatch(/details +off by SYNC_DETAILS\n/);
    expect(fetched).toMatch(/To do +nothing/);
  });

  it('sync --dry-run counts only the requested period', async () => {
    const athletes = [{ ...athleteNamed('Ada', athleteId, 30), years: 2 }];
    const scene = await openScene({ athletes });
    const args = ['sync', '--dry-run', '--json', '--since', '500d', '--until', '100d'];
    const { stdout, stderr } = await scene.call(...args);
    const wanted = within(scene, Date.now() - 500 * dayMs, Date.now() - 100 * dayMs);
    expect(JSON.parse(stdout), stderr).toMatchObject({ requests: wanted.length });
    expect(trueIds(scene.simulator).length).toBeGreaterThan(wanted.length);
    expect(
      await scene.db
        .collection('athletes')
        .countDocuments({ 'sync.backfills.0': { $exists: true } }),
    ).toBe(0);
  });
});
