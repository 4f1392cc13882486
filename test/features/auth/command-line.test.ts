import { afterEach, beforeEach, expect, test } from 'vitest';

import { startSimulator } from '../../../src/simulator/api/server.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { run, start } from '../../support/command/command.ts';
import { useDatabase } from '../../support/mongodb/database.ts';

const mongodb = useDatabase();
let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator();
});

afterEach(async () => {
  await simulator.close();
  await mongodb.clear();
});

const surroundings = () => ({
  simulator,
  mongodb,
  env: { AUTH_PORT: '0', LOG_LEVEL: 'trace' },
});

async function storedRefreshToken(): Promise<string> {
  const [grant] = await mongodb.db.collection('tokens').find().toArray();
  return String(grant?.['refresh_token']);
}

test('a code logs in with 0 and, used again, is rejected in one sentence with 3', async () => {
  const code = simulator.grant(1001);
  const first = await run(surroundings(), 'auth', '--code', code);
  expect(first.exitCode).toBe(0);
  expect(first.stdout).toContain('Logged in as Anna Muster (athlete 1001).');
  const again = await run(surroundings(), 'auth', '--code', code);
  expect(again.exitCode).toBe(3);
  expect(again.stdout).toBe('');
  expect(again.stderr).toMatch(/^Strava rejected the code: .*npm run auth$/m);
  const said = [first, again].map(({ stdout, stderr }) => stdout + stderr).join('');
  for (const secret of [code, simulator.clientSecret, await storedRefreshToken()]) {
    expect(said).not.toContain(secret);
  }
});

test('SIGINT while the browser is awaited ends with 130', async () => {
  const login = start(surroundings(), ['auth', '--no-browser']);
  await login.shown('Waiting for the response');
  login.kill('SIGINT');
  const { exitCode, stdout } = await login.ended;
  expect(exitCode).toBe(130);
  expect(stdout).toContain('Nothing was changed.');
});

test('a login killed after the token has rotated is not lost: the same command goes on', async () => {
  const refreshToken = simulator.issueRefreshToken(1001);
  const held = simulator.hold({ endpoint: 'athlete' });
  const login = start(surroundings(), ['auth', '--refresh-token', refreshToken]);
  await held;
  login.kill('SIGKILL');
  await login.ended;
  expect(simulator.isRefreshTokenLive(refreshToken)).toBe(false);
  const again = await run(surroundings(), 'auth', '--refresh-token', refreshToken);
  expect(again.exitCode).toBe(0);
  expect(simulator.isRefreshTokenLive(await storedRefreshToken())).toBe(true);
});
