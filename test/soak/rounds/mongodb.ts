import assert from 'node:assert/strict';
import { goOn, isOver } from '../../support/progress.ts';
import { createRandom } from '../../support/faults/random.ts';
import type { Figures } from '../figures.ts';
import type { Round } from '../round.ts';
import { figuresOf, succeed } from '../round.ts';
import type { OpenScene } from '../stage.ts';

const kills = 10;
const stepdowns = 5;
/** More than a run requests before the last interruption. */
const requestsBetween = 12;
const activitiesFor = (interruptions: number): number =>
  (interruptions + 2) * (requestsBetween + 4);

/** A mongod that is killed and restarted again and again during one sync. */
export const mongodRound: Round = async (stage, seed) => {
  const { mongod, open } = await stage.onMongod();
  const kill = async (): Promise<void> => {
    await mongod.kill();
    await mongod.restart();
  };
  return await interrupted(open, seed, { name: 'kills of mongod', times: kills, interrupt: kill });
};

/** A replica set whose primary steps down again and again during one sync. */
export const stepdownsRound: Round = async (stage, seed) => {
  const { replicas, open } = await stage.onReplicaSet();
  const stepDown = (): Promise<void> => replicas.stepDown();
  return await interrupted(open, seed, {
    name: 'stepdowns',
    times: stepdowns,
    interrupt: stepDown,
  });
};

interface Interruption {
  readonly name: string;
  readonly times: number;
  readonly interrupt: () => Promise<void>;
}

async function interrupted(
  open: OpenScene,
  seed: number,
  { name, times, interrupt }: Interruption,
): Promise<Figures> {
  const random = createRandom(seed);
  const scene = await open({ seed, activities: activitiesFor(times) });
  const running = scene.launch(['sync']);
  for (let count = 0; count < times; count += 1) {
    await goOn(scene, running, random.integer(2, requestsBetween));
    if (await isOver(running)) {
      await succeed(running);
      assert.fail(`the sync ended after ${count} of ${times} ${name}`);
    }
    await interrupt();
  }
  await succeed(running);
  const fetchedTwice = scene.simulator.requests.fetchedTwice();
  return {
    ...(await figuresOf(scene, { [name]: times })),
    broken: fetchedTwice.map((id) => `the streams of ${id} were fetched twice`),
  };
}
