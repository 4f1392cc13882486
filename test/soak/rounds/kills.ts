import {
  killRuns,
  countWasted,
  unhurried,
  withMongoProxy,
} from '../../support/faults/killed-runs.ts';
import { createRandom } from '../../support/faults/random.ts';
import { athleteId, athleteNamed } from '../../support/scene.ts';
import type { Round } from '../round.ts';
import { figuresOf, succeed } from '../round.ts';

const kills = 50;
const maxInFlight = 4;

/** A backfill whose process is killed again and again, every second time at a named point. */
export const killsRound: Round = async ({ open, defer }, seed) => {
  const athlete = athleteNamed('Ada', athleteId, 300);
  const athletes = [{ ...athlete, samplesPerActivity: [20, 60] as const }];
  const stage = await withMongoProxy(await open({ seed, athletes, env: unhurried }));
  defer(() => stage.proxy.close());
  const { inRefresh, grantsLost } = await killRuns(stage, kills, createRandom(seed));
  await succeed(stage.launch(['sync']));
  const wasted = countWasted(stage.simulator);
  const isTooMuch = wasted > maxInFlight * kills;
  const done = {
    kills,
    'of them in a rotating refresh': inRefresh,
    'logins lost there': grantsLost,
  };
  return {
    ...(await figuresOf(stage, done)),
    broken: isTooMuch ? [`${kills} kills wasted ${wasted} requests`] : [],
  };
};
