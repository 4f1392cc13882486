import {
  exchangesOf,
  needlessExchanges,
  startRequester,
  sumOutcomes,
} from '../../support/requesters.ts';
import type { Round } from '../round.ts';
import { figuresOf, succeed } from '../round.ts';

const processes = 4;
const refreshersEach = 16;
const expiries = 10;
/** Long enough for a request on a loaded machine. */
const lifetimeMs = 3_000;

/** Many refreshers in several processes use one login whose token lasts three seconds and always rotates. */
export const refreshRound: Round = async ({ open, defer }, seed) => {
  const scene = await open({
    seed,
    activities: 20,
    accessTokenLifetimeMs: lifetimeMs,
    rotation: 'always',
    quota: { short: 100_000, daily: 1_000_000 },
    env: { STRAVA_QUOTA_SHORT: '100000', STRAVA_QUOTA_DAILY: '1000000' },
  });
  const { simulator, db } = scene;
  const requesters = Array.from({ length: processes }, () => startRequester(scene, refreshersEach));
  defer(async () => {
    for (const { kill } of requesters) kill('SIGKILL');
    await Promise.allSettled(requesters.map(({ output }) => output));
  });
  await simulator.requests.waitFor((log) => log.tokenRefreshes() >= expiries, 120_000);
  for (const { kill } of requesters) kill('SIGTERM');
  const outcomes = sumOutcomes(await Promise.all(requesters.map(({ output }) => output)));
  await succeed(scene.launch(['sync']));

  const exchanges = exchangesOf(simulator, lifetimeMs);
  const needless = needlessExchanges(exchanges, lifetimeMs).length;
  const rejected = exchanges.filter(({ status }) => status !== 200).length;
  const marked = { needs_authorization: { $exists: true } };
  const revoked = await db.collection('tokens').countDocuments(marked);
  const { '200': succeeded = 0, ...failed } = outcomes;
  return {
    ...(await figuresOf(scene, { refreshers: processes * refreshersEach })),
    tokens: { exchanges: exchanges.length, expiries: exchanges.length - needless },
    broken: [
      ...(rejected > 0 ? [`${rejected} exchanges were rejected`] : []),
      ...(revoked > 0 ? ['a race marked the login as revoked'] : []),
      ...(succeeded === 0 ? ['no request succeeded'] : []),
      ...Object.entries(failed).map(
        ([outcome, count]) => `${count} requests ended with ${outcome}`,
      ),
    ],
  };
};
