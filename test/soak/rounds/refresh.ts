import type { Simulator } from '../../../src/simulator/simulator.ts';
import { startRequester, sumOutcomes } from '../../support/faults/requesters.ts';
import type { Scene } from '../../support/scene.ts';
import type { Round } from '../round.ts';
import { figuresOf, succeed } from '../round.ts';

const processes = 4;
const refreshersEach = 16;
const expiries = 10;
/** So many requests between two expiries that each refresher meets each of them. */
const requestsBetween = 2 * processes * refreshersEach;
const maxMs = 300_000;

/** Many refreshers in several processes use one login whose token expires again and again and always rotates. */
export const refreshRound: Round = async ({ open, defer }, seed) => {
  const scene = await open({
    seed,
    activities: 20,
    reuseAccessToken: false,
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
  // The login is stored with a token that has expired.
  for (let count = 1; count < expiries; count += 1) {
    await requestsSucceed(simulator);
    await expire(scene, count % 2 === 0);
  }
  await requestsSucceed(simulator);
  for (const { kill } of requesters) kill('SIGTERM');
  const outcomes = sumOutcomes(await Promise.all(requesters.map(({ output }) => output)));
  await succeed(scene.launch(['sync']));

  const { entries } = simulator.requests;
  const exchanges = entries.filter(({ endpoint }) => endpoint === 'token');
  const rejected = exchanges.filter(({ status }) => status !== 200).length;
  const marked = { needs_authorization: { $exists: true } };
  const revoked = await db.collection('tokens').countDocuments(marked);
  // A slow request can meet two expiries at Strava, and the second rejection is final.
  const { '401': rejectedTwice = 0, ...others } = outcomes;
  const failed = Object.entries(others).filter(([outcome]) => outcome !== '200');
  return {
    ...(await figuresOf(scene, {
      refreshers: processes * refreshersEach,
      'requests that met two expiries': rejectedTwice,
    })),
    tokens: { exchanges: exchanges.length, expiries },
    broken: [
      ...(rejected > 0 ? [`${rejected} exchanges were rejected`] : []),
      ...(revoked > 0 ? ['a race marked the login as revoked'] : []),
      ...failed.map(([outcome, count]) => `${count} requests ended with ${outcome}`),
    ],
  };
};

/** Resolves when that many more requests have succeeded. */
async function requestsSucceed({ requests }: Simulator): Promise<void> {
  const from = requests.entries.length;
  const areThere = (): boolean =>
    requests.entries
      .slice(from)
      .filter(({ endpoint, status }) => endpoint === 'athlete' && status === 200).length >=
    requestsBetween;
  await requests.waitFor(areThere, maxMs);
}

/** The token expires: according to its stored expiry, or only at Strava, which then rejects it. */
async function expire({ simulator, db }: Scene, isStored: boolean): Promise<void> {
  if (!isStored) simulator.expireAccessTokens();
  else await db.collection('tokens').updateMany({}, { $set: { expires_at: new Date(0) } });
}
