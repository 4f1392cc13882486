import { describe, expect, it } from 'vitest';
import type { Scene } from '../../support/scene.ts';
import { athleteNamed, printedJson, useScene } from '../../support/scene.ts';

const [ada, bob] = [1001, 1002];
const athletes = [athleteNamed('Ada', ada, 3), athleteNamed('Bob', bob, 2)];
const logout = ['logout', '--athlete', String(ada), '--yes'];

async function loginOf({ db }: Scene, id: number): Promise<Record<string, unknown> | null> {
  return db.collection('tokens').findOne({ _id: id as never });
}

async function dataOf({ db }: Scene): Promise<unknown> {
  return Promise.all(
    ['activities', 'streams'].map((name) => db.collection(name).find().sort({ _id: 1 }).toArray()),
  );
}

describe.concurrent('accounts', () => {
  const openScene = useScene();

  it('accounts lists the logins without their tokens, and only counts those of other applications', async () => {
    const scene = await openScene({
      athletes: [...athletes, athleteNamed('Cleo', 1003, 1)],
    });
    const tokens = scene.db.collection('tokens');
    const mark = { since: new Date('2026-01-02T03:04:00Z'), reason: 'for the test' };
    await tokens.updateOne({ _id: bob as never }, { $set: { needs_authorization: mark } });
    await tokens.updateOne({ _id: 1003 as never }, { $set: { client_id: '99' } });
    const { exitCode, stdout, stderr } = await scene.run('accounts');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^1001 .* logged in$/m);
    expect(stdout).toMatch(/^1002 .* to log in again since 2026-01-02 03:04: for the test$/m);
    expect(stdout).toContain('1 athlete belongs to another application (99)');
    expect(stdout).not.toContain('1003');
    const json = await scene.run('accounts', '--json');
    expect(printedJson(json)).toMatchObject({
      accounts: [
        { athleteId: ada, clientId: scene.simulator.clientId, needsAuthorization: null },
        { athleteId: bob, needsAuthorization: { reason: 'for the test' } },
      ],
      others: { athletes: 1 },
    });
    const secrets = [await loginOf(scene, ada), await loginOf(scene, bob)].flatMap((login) => [
      String(login?.['access_token']),
      String(login?.['refresh_token']),
    ]);
    for (const secret of secrets) expect(`${stdout}${json.stdout}`).not.toContain(secret);
    expect(scene.simulator.requests.entries).toEqual([]);
  });

  it('accounts says that nobody has logged in', async () => {
    const scene = await openScene({ isLoggedIn: false });
    const { exitCode, stdout } = await scene.call('accounts');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Nobody has logged in yet. Run: npm run auth');
  });
});

describe.concurrent('logout', () => {
  const openScene = useScene();

  it('logout revokes the access, removes the login and its pending ones, and keeps all data', async () => {
    const scene = await openScene({ athletes });
    await scene.call('sync');
    const before = await dataOf(scene);
    const login = await loginOf(scene, ada);
    const token = String(login?.['refresh_token']);
    const interrupted = { ...login, _id: 'a'.repeat(64) as never };
    await scene.db.collection('pending_logins').insertOne(interrupted);
    const { exitCode, stdout, stderr } = await scene.run(...logout);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toBe(
      `Athlete ${ada} is logged out. The access was revoked at Strava; the data is kept.\n`,
    );
    expect(scene.simulator.isRefreshTokenLive(token)).toBe(false);
    expect(await loginOf(scene, ada)).toBeNull();
    expect(await scene.db.collection('pending_logins').countDocuments()).toBe(0);
    expect(await loginOf(scene, bob)).not.toHaveProperty('needs_authorization');
    expect(await dataOf(scene)).toEqual(before);
    const again = await scene.call(...logout);
    expect(again.exitCode).toBe(3);
    expect(again.stderr).toContain(`Athlete ${ada} has not logged in`);
  });

  it.each([
    ['without --yes and a terminal', {}, logout.slice(0, -1), 'give --yes'],
    [
      'where the daemon would erase',
      { WEBHOOK_DEAUTHORIZATION: 'erase' },
      logout,
      'Set it to keep',
    ],
    ['of another application', { STRAVA_CLIENT_ID: '99' }, logout, 'belongs to the application'],
  ])('logout %s ends with 2 and changes nothing', async (_, env, args, sentence) => {
    const scene = await openScene({ athletes });
    const before = await loginOf(scene, ada);
    const { exitCode, stdout, stderr } = await scene.callWith(env, ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(await loginOf(scene, ada)).toEqual(before);
    expect(scene.simulator.requests.entries).toEqual([]);
  });

  it('logout keeps the login, unmarked, when Strava rejects the client', async () => {
    const scene = await openScene({ athletes });
    const before = await loginOf(scene, ada);
    const env = { STRAVA_CLIENT_SECRET: '0123456789abcdef0123456789abcdef01234567' };
    expect((await scene.callWith(env, ...logout)).exitCode).toBe(3);
    expect(await loginOf(scene, ada)).toEqual(before);
  });
});
