import { describe, expect, it } from 'vitest';
import { MongoUnavailableError } from '../../src/errors.ts';
import { createAccess } from '../../src/strava/access.ts';
import type { Tokens } from '../../src/sync/ports/tokens.ts';
import { ada } from '../sync/fakes/athletes.ts';
import { createFakeClock, createHold, idle, startMs } from '../sync/fakes/clock.ts';
import { createFakeLeases } from '../sync/fakes/leases.ts';

const expired: Tokens = {
  athleteId: ada,
  accessToken: 'old access',
  refreshToken: 'old refresh',
  expiresAt: new Date(startMs),
};
const renewed = {
  accessToken: 'new access',
  refreshToken: 'new refresh',
  expiresAt: new Date(startMs + 6 * 3_600_000),
};
const unexpected = (): never => {
  throw new Error('The test does not expect this call.');
};

/** Two concurrent requests for a token while the write of the rotated refresh token is held open. */
function createHeldRenewal() {
  const hold = createHold();
  const handedOut: string[] = [];
  const access = createAccess({
    tokens: {
      load: () => Promise.resolve(expired),
      save: unexpected,
      renew: () => hold.promise,
      markNeedsAuthorization: unexpected,
    },
    leases: createFakeLeases(),
    oauth: {
      authorizeUrl: unexpected,
      exchangeCode: unexpected,
      refresh: () => Promise.resolve(renewed),
      revoke: unexpected,
    },
    clock: createFakeClock(),
    clientId: '1',
  });
  const { signal } = new AbortController();
  const request = () => access.token(ada, signal).then((token) => void handedOut.push(token));
  return { hold, handedOut, requests: [request(), request()] };
}

describe('a new access token', () => {
  it('a new access token hands a new access token out only after the rotated refresh token is stored', async () => {
    const { hold, handedOut, requests } = createHeldRenewal();
    await idle();
    expect(handedOut).toEqual([]);
    hold.resolve();
    await Promise.all(requests);
    expect(handedOut).toEqual(['new access', 'new access']);
  });

  it('a new access token hands no access token out when the rotated refresh token cannot be stored', async () => {
    const { hold, handedOut, requests } = createHeldRenewal();
    hold.reject(new MongoUnavailableError('No MongoDB answers.'));
    const results = await Promise.allSettled(requests);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(handedOut).toEqual([]);
  });
});
