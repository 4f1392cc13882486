import { Long } from 'mongodb';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { FaultKind } from '../../src/simulator/api/fault-kinds.ts';
import { reportFaults } from '../fault-report.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import { lossesOf } from '../support/faults/losses.ts';
import type { Random } from '../support/faults/random.ts';
import { createRandom, faultSeed } from '../support/faults/random.ts';
import type { Scene } from '../support/scene.ts';
import { athleteId, useScene } from '../support/scene.ts';

const sequences = scaled(6, 60);
const stepsEach = scaled(6, 9);
const dayMs = 86_400_000;
const windowMs = 2_000;
const short = 60;

/** A running sequence. */
interface Play {
  readonly scene: Scene;
  readonly random: Random;
  /** Deleted at Strava, which sync does not mirror. */
  readonly deleted: Set<number>;
  readonly done: string[];
}

interface Sums {
  kills: number;
  requests: number;
  overLimit: number;
  /** Over the limit, but in flight when another program spent it. */
  unannounced: number;
  lost: number;
  doubled: number;
  readonly faults: Record<string, number>;
}

const sums: Sums = {
  kills: 0,
  requests: 0,
  overLimit: 0,
  unannounced: 0,
  lost: 0,
  doubled: 0,
  faults: {},
};

const bursts: readonly FaultKind[] = [
  'error-json',
  'html-502',
  '597',
  'reset',
  'reset-mid-body',
  'truncated',
  'cut-json',
  'wrong-content-type',
  'html-200',
  'rate-limit',
];

async function sync({ scene, done }: Play, ...args: string[]): Promise<void> {
  const { exitCode, stderr } = await scene.run('sync', ...args);
  expect(exitCode, `${done.join(', ')}\n${stderr}`).toBe(0);
}

function anyActivity({ scene, random }: Play, isFit: (id: number) => boolean = () => true) {
  const ids = scene.simulator.world.activities(athleteId).map(({ id }) => id);
  return random.pick(ids.filter(isFit));
}

function upload({ scene, random }: Play, youngestDays: number, oldestDays: number): void {
  const agoMs = random.integer(youngestDays * dayMs, oldestDays * dayMs);
  const startAt = new Date(Date.now() - 3_600_000 - agoMs);
  scene.simulator.world.addActivity(
    athleteId,
    { name: `Upload ${random.integer(1, 999)}`, manual: random.next() < 0.2 },
    { startAt, samples: random.integer(2, 40) },
  );
}

/** Never in a refresh, whose response may be lost with the grant: another test covers that. */
async function kill({ scene }: Play, requestsBefore: number): Promise<void> {
  const { requests } = scene.simulator;
  const before = scene.countedRequests();
  const running = scene.launch(['sync']);
  const isEnough = (): boolean => scene.countedRequests() >= before + requestsBefore;
  // A run with nothing to do ends before its requests are reached: then it is not killed.
  const isDue = await Promise.race([
    requests.waitFor(isEnough, 600_000).then(() => true),
    running.ended.then(() => false),
  ]);
  if (isDue) {
    running.kill('SIGKILL');
    sums.kills += 1;
  }
  await running.ended;
}

/** Everything that can happen between two checks of the database, by name. */
const steps: Readonly<Record<string, (play: Play) => void | Promise<void>>> = {
  sync: (play) => sync(play),
  'sync --since': (play) => sync(play, '--since', `${play.random.integer(1, 1_000)}d`),
  edit: ({ scene, random, ...play }) => {
    const id = anyActivity({ scene, random, ...play });
    const name = `Edited ${random.integer(1, 999)}`;
    const description = { 'a.key': random.integer(1, 9), $set: 'of a peculiar kind' };
    const isPrivate = random.next() < 0.5;
    scene.simulator.world.editActivity(id, { name, description, private: isPrivate });
  },
  move: ({ scene, random, ...play }) => {
    const id = anyActivity({ scene, random, ...play });
    const startMs = Date.now() - random.integer(dayMs, 900 * dayMs);
    const start_date = new Date(startMs).toISOString().replace(/\.\d+Z/, 'Z');
    scene.simulator.world.editActivity(id, { start_date });
  },
  crop: ({ scene, random, ...play }) => {
    const { world } = scene.simulator;
    const isLong = (id: number): boolean => (world.streams(id)?.['time']?.length ?? 0) > 4;
    const id = anyActivity({ scene, random, ...play }, isLong);
    world.cropActivity(id, { from: random.next() * 0.3, to: 1 - random.next() * 0.3 });
  },
  delete: (play) => {
    const id = anyActivity(play);
    play.deleted.add(id);
    play.scene.simulator.world.deleteActivity(id);
  },
  'late upload': (play) => {
    upload(play, 30, 1_000);
  },
  'new upload': (play) => {
    upload(play, 0, 2);
  },
  'hide start time': (play) => {
    play.scene.simulator.world.hideStartTime(anyActivity(play));
  },
  kill: (play) => kill(play, play.random.integer(1, 25)),
  'two at once': async (play) => {
    await Promise.all([sync(play), sync(play, '--since', '400d')]);
  },
  'quota spent': ({ scene }) => {
    scene.simulator.useQuotaElsewhere(short);
  },
  'fault burst': ({ scene, random }) => {
    const kind = random.pick(bursts);
    const count = random.integer(1, 4);
    // One burst at a time: more failures in a row only prolong the pauses.
    scene.simulator.faults.clear();
    scene.simulator.faults.next(kind, count);
    sums.faults[kind] = (sums.faults[kind] ?? 0) + count;
  },
};

/** Removes activities deleted at Strava from the comparison. */
async function forgetDeleted({ scene: { db }, deleted }: Play): Promise<void> {
  const ids = [...deleted].map((id) => Long.fromNumber(id));
  await db.collection('activities').deleteMany({ _id: { $in: ids as never[] } });
  await db.collection('streams').deleteMany({ activity_id: { $in: ids } });
}

describe.concurrent(`a random history (seed ${faultSeed})`, () => {
  const open = useScene();

  afterAll(() => {
    const { kills, faults, requests, overLimit, lost, doubled } = sums;
    reportFaults(inject('faultReport'), {
      scenario: `${sequences} random sequences of ${stepsEach} steps`,
      seed: faultSeed,
      kills,
      faults,
      requests,
      overLimit,
      lost,
      doubled,
      note: `deleted activities are left out of the comparison; ${sums.unannounced} over the limit before a response showed another program`,
    });
  });

  it.each(Array.from({ length: sequences }, (_, index) => faultSeed + index))(
    'the history of seed %i ends in a database equal to the model after one run without faults',
    { timeout: scaled(120_000, 600_000) },
    async (seed) => {
      const random = createRandom(seed);
      const scene = await open({
        seed,
        activities: random.integer(5, 45),
        quota: { short, daily: 50_000, shortWindowMs: windowMs },
        env: {
          STRAVA_QUOTA_SHORT: String(short),
          STRAVA_QUOTA_SHORT_WINDOW: `${windowMs}ms`,
          LEASE_DURATION: '2s',
        },
      });
      const play: Play = { scene, random, deleted: new Set(), done: [`seed ${seed}`] };
      for (let step = 0; step < stepsEach; step += 1) {
        const name = random.pick(Object.keys(steps));
        play.done.push(name);
        await steps[name]?.(play);
      }
      scene.simulator.faults.clear();
      await sync(play, '--retry-parked');

      await forgetDeleted(play);
      const { lost, doubled } = await lossesOf(scene.db, scene.simulator, athleteId);
      const overLimit = overLimitOfOurs(scene);
      sums.unannounced += scene.simulator.requests.overLimit().length - overLimit;
      sums.requests += scene.countedRequests();
      sums.lost += lost.length;
      sums.doubled += doubled;
      sums.overLimit += overLimit;
      expect({ lost, doubled, overLimit }, play.done.join(', ')).toEqual({
        lost: [],
        doubled: 0,
        overLimit: 0,
      });
    },
  );
});

/** Without the few sent before a response could show the other program. */
function overLimitOfOurs({ simulator }: Scene): number {
  const perWindow = Map.groupBy(simulator.requests.overLimit(), ({ at }) =>
    Math.floor(at.getTime() / windowMs),
  );
  const maxUnannounced = 8;
  return [...perWindow.values()].reduce(
    (sum, { length }) => sum + Math.max(0, length - maxUnannounced),
    0,
  );
}
