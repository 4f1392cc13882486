import type { FaultKind } from '../../../src/simulator/api/fault-kinds.ts';
import { transientFaults } from '../../../src/simulator/api/fault-kinds.ts';
import type { Round } from '../round.ts';
import { figuresOf, succeed } from '../round.ts';

const windowMs = 2_000;
const kinds: readonly FaultKind[] = [...transientFaults, 'cut-json', 'hang', 'rate-limit'];

/**
 * Half of all requests fail, those for tokens too; the tokens expire every two seconds. The refresh token
 * does not rotate, because a grant whose rotated token never arrived is lost.
 */
export const faultsRound: Round = async ({ open }, seed) => {
  const scene = await open({
    seed,
    activities: 40,
    accessTokenLifetimeMs: 2_000,
    rotation: 'never',
    quota: { short: 5_000, daily: 50_000, shortWindowMs: windowMs },
    env: { STRAVA_TIMEOUT: '1s', STRAVA_QUOTA_SHORT_WINDOW: `${windowMs}ms` },
  });
  const { faults, requests } = scene.simulator;
  faults.rate(0.5, kinds, () => true);
  await succeed(scene.launch(['sync']));
  faults.clear();
  await succeed(scene.launch(['sync', '--retry-parked']));
  const ofTokens = requests.count(({ endpoint, fault }) => endpoint === 'token' && fault !== null);
  return await figuresOf(scene, { faults: faults.count(), 'of them for tokens': ofTokens });
};
