import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import type { Now } from '../../../src/features/page/api/types/now.ts';
import { logIn } from '../../support/mirror.ts';
import { startMemoryServer } from '../../support/mongodb/memory-server.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, printedJson, useScene } from '../../support/scene.ts';

const openScene = useScene();

/** The only tick is the one at the start. */
const once = { SYNC_SCHEDULE: '0 0 1 1 *' };
const activities = 12;

interface Listener {
  /** Every message so far. */
  readonly messages: readonly Now[];
  /** The first message of which it is true, sooner or later. */
  readonly seen: (isSeen: (now: Now) => boolean) => Promise<Now>;
  /** Resolves when the stream ends, however it does. */
  readonly ended: Promise<void>;
  readonly leave: () => void;
}

/** Listens to the events of a page once it is there. */
async function listen(url: string): Promise<Listener> {
  const left = new AbortController();
  const response = await connect(`${url}/api/v1/events`, left.signal);
  const messages: Now[] = [];
  const waiting = new Set<() => void>();
  const read = async (): Promise<void> => {
    let text = '';
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = `${text}${piece}`.split('\n\n');
      text = blocks.pop() ?? '';
      const data = blocks.filter((block) => block.startsWith('data: '));
      messages.push(...data.map((block) => JSON.parse(block.slice(6)) as Now));
      for (const look of waiting) look();
    }
  };
  const seen: Listener['seen'] = (isSeen) =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = messages.find(isSeen);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const leave = (): void => {
    left.abort();
  };
  return { messages, seen, ended: read().catch(() => undefined), leave };
}

async function connect(url: string, signal: AbortSignal): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url, { signal });
    } catch (error) {
      if (signal.aborted) throw error;
      await sleep(50);
    }
  }
}

const stored = ({ athletes }: Now): number => athletes[0]?.streams.stored ?? 0;
const toDo = ({ athletes }: Now): number => athletes[0]?.streams.pending ?? -1;
const isDone = ({ lastRun }: Now): boolean => lastRun !== null && lastRun.endedAt !== null;

/** Every path of the API that needs no activity. */
const paths = [
  'now',
  'activities',
  'tracks',
  `cells?athlete=${athleteId}`,
  'totals?by=week',
  'streaks',
];

async function launchDaemon(scene: Scene, env: Readonly<Record<string, string>> = {}) {
  const port = await findFreePort();
  const daemon = scene.launch(['start'], { PAGE_PORT: String(port), ...once, ...env });
  return { daemon, url: `http://127.0.0.1:${port}` };
}

describe.concurrent('the events of the page', () => {
  it('the figures move during a backfill, and end as those of status --json', async () => {
    const scene = await openScene({ activities });
    const { simulator } = scene;
    const recorded = simulator.world.activities(athleteId).find(({ hasStreams }) => hasStreams);
    const held = simulator.hold({ endpoint: 'streams', activityId: recorded?.id ?? 0 });
    const { daemon, url } = await launchDaemon(scene);
    const listener = await daemon.reach(listen(url));
    const release = await daemon.reach(held);
    // All the others come meanwhile.
    const middle = await daemon.reach(listener.seen((now) => toDo(now) === 1));
    release.release();
    const last = await daemon.reach(listener.seen(isDone));
    expect(stored(last)).toBe(stored(middle) + 1);
    listener.leave();
    const status = printedJson(await scene.call('status', '--json'));
    const [athlete] = status['athletes'] as { streams: object; activities: number }[];
    expect(last.athletes[0]).toMatchObject({ streams: athlete?.streams, activities });
    expect(last.quota.daily.used).toBe((status['quota'] as Now['quota']).daily.used);
    expect(last.needs.map(({ text }) => text)).toEqual(status['needs']);
    const seconds = (Date.parse(last.at) - Date.parse(listener.messages[0]?.at ?? '')) / 1_000;
    expect(listener.messages.length).toBeLessThanOrEqual(seconds + 2);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
  });

  it('nothing of the API sends a request to Strava, and the end of the daemon ends every stream', async () => {
    const scene = await openScene({ activities });
    const { daemon, url } = await launchDaemon(scene);
    const listeners = await daemon.reach(Promise.all([listen(url), listen(url)]));
    await daemon.reach(Promise.all(listeners.map(({ seen }) => seen(isDone))));
    const requests = scene.simulator.requests.entries.length;
    for (let round = 0; round < 5; round += 1) {
      const responses = await Promise.all(paths.map((path) => fetch(`${url}/api/v1/${path}`)));
      for (const { status, url: of } of responses) expect([of, status]).toEqual([of, 200]);
      await Promise.all(responses.map((response) => response.arrayBuffer()));
    }
    expect(scene.simulator.requests.entries).toHaveLength(requests);
    daemon.kill('SIGTERM');
    await daemon.reach(Promise.all(listeners.map(({ ended }) => ended)));
    expect((await daemon.ended).exitCode).toBe(0);
  });

  it('while MongoDB is away the last figures are sent, and called stale', async () => {
    const scene = await openScene({ activities, isLoggedIn: false });
    const mongod = await startMemoryServer();
    const uri = mongod.getUri();
    const client = new MongoClient(uri);
    await logIn(client.db(scene.mongodb.name), scene.simulator, athleteId);
    await client.close();
    const { daemon, url } = await launchDaemon(scene, { MONGODB_URI: uri });
    const listener = await daemon.reach(listen(url));
    await daemon.reach(listener.seen(isDone));
    await mongod.stop();
    const stale = await daemon.reach(listener.seen(({ isStale }) => isStale));
    expect(stored(stale)).toBeGreaterThan(0);
    const now = await fetch(`${url}/api/v1/now`);
    expect([now.status, await now.json()]).toMatchObject([200, { isStale: true }]);
    listener.leave();
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
  });
});
