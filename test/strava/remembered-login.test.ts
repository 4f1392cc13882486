import { describe, expect, it } from 'vitest';
import { createAccess } from '../../src/strava/access.ts';
import type { Tokens } from '../../src/sync/ports/tokens.ts';
import { ada, createFakeClock, createFakeLeases, startMs } from '../sync/fake-ports.ts';

const unexpected = (): never => {
  throw new Error('The test does not expect this call.');
};

/** One stored login, which the test can replace, and the number of times that it was read. */
function createStored() {
  let login: Tokens = {
    athleteId: ada,
    accessToken: 'first',
    refreshToken: 'refresh',
    expiresAt: new Date(startMs + 6 * 3_600_000),
  };
  let reads = 0;
  const clock = createFakeClock();
  const access = createAccess({
    tokens: {
      load: () => {
        reads += 1;
        return Promise.resolve(login);
      },
      save: unexpected,
      renew: unexpected,
      markNeedsAuthorization: () => Promise.resolve(),
    },
    leases: createFakeLeases(),
    oauth: {
      authorizeUrl: unexpected,
      exchangeCode: unexpected,
      refresh: unexpected,
      revoke: unexpected,
    },
    clock,
    clientId: '1',
  });
  const { signal } = new AbortController();
  return {
    access,
    pass: (ms: number) => clock.sleep(ms, signal),
    token: (rejected?: string) => access.token(ada, signal, rejected),
    replace: (accessToken: string) => {
      login = { ...login, accessToken };
    },
    reads: () => reads,
  };
}

describe('a stored login', () => {
  it('is read once for the requests of two seconds, and again afterwards', async () => {
    const { token, replace, pass, reads } = createStored();
    expect([await token(), await token()]).toEqual(['first', 'first']);
    expect(reads()).toBe(1);
    replace('second');
    await pass(1_999);
    expect(await token()).toBe('first');
    await pass(1);
    expect(await token()).toBe('second');
    expect(reads()).toBe(2);
  });

  it('is read again at once after Strava rejected its access token', async () => {
    const { token, replace } = createStored();
    await token();
    replace('second');
    expect(await token('first')).toBe('second');
    expect(await token()).toBe('second');
  });

  it('is read again at once after it was marked as one that needs a new login', async () => {
    const { access, token, replace } = createStored();
    await token();
    replace('second');
    await access.reject(ada, 'first', 'The access was withdrawn.');
    expect(await token()).toBe('second');
  });
});
