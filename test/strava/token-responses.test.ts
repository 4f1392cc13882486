/**
 * Token responses with a usable refresh token and something else amiss, and the reverse.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { useAdapter } from '../mongo/adapter.ts';
import type { ResponseProxy } from '../support/faults/response-proxy.ts';
import { startResponseProxy } from '../support/faults/response-proxy.ts';
import type { Stack } from './stack.ts';
import { athleteId, createStack, free, logIn, never, thrownBy } from './stack.ts';

type Changes = Readonly<Record<string, unknown>>;

const adapter = useAdapter();
const hourMs = 3_600_000;
let simulator: Simulator;
let proxy: ResponseProxy;
let stack: Stack;
/** What the next token responses have instead of their own fields. */
let changes: Changes | undefined;

beforeEach(() => adapter.empty());

afterEach(async () => {
  await proxy.close();
  await simulator.close();
});

async function start(options: SimulatorOptions = {}): Promise<void> {
  const athletes = [{ id: athleteId, firstname: 'Anna', lastname: 'Muster', activities: 3 }];
  simulator = await startSimulator({ athletes, ...options });
  proxy = await startResponseProxy(simulator, ({ path, status, body }) =>
    path.endsWith('/token') && status === 200 && changes !== undefined
      ? JSON.stringify({ ...(JSON.parse(body) as object), ...changes })
      : undefined,
  );
  stack = await createStack({ simulator: proxy.simulator, store: adapter.store });
  await logIn(stack, simulator);
}

async function stored() {
  const tokens = await stack.tokens.load(athleteId);
  if (tokens === undefined) throw new Error('No login is stored.');
  return tokens;
}

const unusable: readonly (readonly [string, unknown])[] = [
  ['missing', undefined],
  ['null', null],
  ['a number', 17],
  ['empty', ''],
  ['two lines', 'one\ntwo'],
  ['a word with a NUL', 'one\0two'],
  ['a word of 20 MB', 'x'.repeat(20_000_000)],
];

describe('a rotated refresh token', () => {
  it.each([
    ['is a text', { expires_at: 'soon' }, 6],
    ['is null', { expires_at: null }, 6],
    ['is missing', { expires_at: undefined }, 6],
    ['is in milliseconds', { expires_at: Date.now() }, 6],
    ['is missing, as is expires_in', { expires_at: undefined, expires_in: undefined }, 1],
    ['is a text, as is expires_in', { expires_at: {}, expires_in: 'a while' }, 1],
    ['is beyond any date', { expires_at: 1e300, expires_in: -1e300 }, 1],
  ] as const)(
    'a rotated refresh token is stored, and its access token used, where expires_at %s',
    async (...row) => {
      const [, given, hours] = row;
      changes = given;
      await start();
      await expect(stack.source.listPage(athleteId, { page: 1 }, free)).resolves.toHaveLength(3);
      const { refreshToken, expiresAt } = await stored();
      expect(simulator.isRefreshTokenLive(refreshToken)).toBe(true);
      const lifetimeMs = expiresAt.getTime() - Date.now();
      expect(Math.round(lifetimeMs / hourMs)).toBe(hours);
      expect(simulator.requests.tokenRefreshes()).toBe(1);
    },
  );

  it.each(unusable)(
    'a rotated refresh token is stored where the access token is %s',
    async (_, access_token) => {
      changes = { access_token };
      await start();
      const error = await thrownBy(stack.access.token(athleteId, never()));
      expect(error).toMatchObject({ code: 'STRAVA_TRANSIENT' });
      expect(simulator.isRefreshTokenLive((await stored()).refreshToken)).toBe(true);
      changes = undefined;
      await expect(stack.source.listPage(athleteId, { page: 1 }, free)).resolves.toHaveLength(3);
    },
  );

  it('a rotated refresh token is stored where the scope would not fit into a document', async () => {
    changes = { scope: 'read '.repeat(4_000_000) };
    await start();
    await stack.access.token(athleteId, never());
    expect(simulator.isRefreshTokenLive((await stored()).refreshToken)).toBe(true);
  });
});

describe('a stored refresh token', () => {
  it.each(unusable)(
    'a stored refresh token stays where the new one is %s',
    async (_, refresh_token) => {
      changes = { refresh_token };
      await start({ rotation: 'never' });
      const before = await stored();
      await expect(stack.source.listPage(athleteId, { page: 1 }, free)).resolves.toHaveLength(3);
      expect((await stored()).refreshToken).toBe(before.refreshToken);
    },
  );

  it.each(unusable)(
    'a stored refresh token stays, with its mark and scope, where both tokens are %s',
    async (...row) => {
      const [, token] = row;
      changes = { access_token: token, refresh_token: token };
      await start({ rotation: 'never' });
      const before = await stored();
      await thrownBy(stack.access.token(athleteId, never()));
      expect(await stored()).toEqual(before);
    },
  );
});

describe("a code's exchange", () => {
  it.each(unusable)(
    "a code's exchange grants nothing where the refresh token is %s",
    async (_, refresh_token) => {
      changes = { refresh_token };
      await start();
      const error = await thrownBy(stack.oauth.exchangeCode(simulator.grant(athleteId)));
      expect(error).toMatchObject({ code: 'MALFORMED_RESPONSE' });
    },
  );

  it("a code's exchange grants a refresh token where the access token is unusable", async () => {
    changes = { access_token: 'one\ntwo' };
    await start();
    const grant = await stack.oauth.exchangeCode(simulator.grant(athleteId));
    expect(grant).not.toHaveProperty('accessToken');
    expect(simulator.isRefreshTokenLive(grant.refreshToken)).toBe(true);
  });
});
