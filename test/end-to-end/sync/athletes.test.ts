import { describe, expect, it } from 'vitest';
import { printedJson, athleteNamed, storedIds, trueIds, useScene } from '../../support/scene.ts';

const [ada, bob] = [athleteNamed('Ada', 1001, 12), athleteNamed('Bob', 1002, 15)];

describe.concurrent('sync of several athletes', () => {
  const openScene = useScene();

  it('sync of several athletes syncs all athletes, or only the named one', async () => {
    const scene = await openScene({ athletes: [ada, bob] });
    expect((await scene.run('sync', '--athlete', '1002')).exitCode).toBe(0);
    expect(await storedIds(scene.db)).toEqual(trueIds(scene.simulator, 1002));
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await scene.differences(1001)).toEqual([]);
    expect(await scene.differences(1002)).toEqual([]);
  });

  it('sync of several athletes syncs the others when one athlete revoked the access, and keeps their data', async () => {
    const scene = await openScene({ athletes: [ada, bob] });
    await scene.call('sync');
    scene.simulator.deauthorize(1001);
    scene.simulator.world.addActivity(1002, {}, { samples: 5 });
    const revoked = await scene.call('sync', '--json');
    expect(revoked.exitCode).toBe(3);
    expect(printedJson(revoked)).toMatchObject({ added: 1, needsAuthorization: [1001] });
    expect(await scene.differences(1002)).toEqual([]);
    expect(await scene.differences(1001)).toEqual([]);

    const { stdout } = await scene.call('status');
    expect(stdout).toMatch(/Action required\s+.*\(1001\) has to log in again.*Run: npm run auth/);
    const { needs } = printedJson(await scene.call('status', '--json'));
    expect(needs).toHaveLength(1);

    const ended = await scene.call('sync');
    expect(ended.exitCode).toBe(3);
    expect(ended.stdout).toContain('Athlete 1001 has to log in again');
    const code = scene.simulator.grant(1001);
    expect((await scene.call('auth', '--code', code)).exitCode).toBe(0);
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(printedJson(await scene.call('status', '--json'))).toMatchObject({ needs: [] });
  });

  it('sync of several athletes shows the readable athletes in a dry run', async () => {
    const scene = await openScene({ athletes: [ada, bob] });
    scene.simulator.deauthorize(1001);
    const { exitCode, stdout, stderr } = await scene.call('sync', '--dry-run');
    expect(exitCode).toBe(3);
    expect(stdout).toContain('Athlete 1002: 15 activities listed');
    expect(`${stdout}${stderr}`).toContain('Athlete 1001 has to log in again');
  });
});

describe.concurrent('sync without authorization', () => {
  const openScene = useScene();
  const quiet = { LOG_LEVEL: 'error' };

  it('sync without authorization ends with 3 and names the command to run when nobody is logged in', async () => {
    const scene = await openScene({ isLoggedIn: false });
    const { exitCode, stderr } = await scene.call('sync');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('Nobody has logged in yet. Run: npm run auth');
    expect(scene.simulator.requests.entries).toHaveLength(0);
  });

  it('sync without authorization ends with 3 and keeps tokens and data when the application is inactive', async () => {
    const scene = await openScene({ activities: 10 });
    await scene.call('sync');
    const read = async () => [
      await scene.db.collection('tokens').find().toArray(),
      await scene.db.collection('activities').find().toArray(),
    ];
    const before = await read();
    scene.simulator.setApplicationInactive(true);
    const { exitCode, stderr } = await scene.call('sync');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('Strava says that the application is inactive');
    expect(stderr).not.toContain('    at ');
    expect(await read()).toEqual(before);
    scene.simulator.setApplicationInactive(false);
    expect((await scene.call('sync')).exitCode).toBe(0);
  });

  it('sync without authorization ends with 3 and keeps the tokens when the client secret is wrong', async () => {
    const scene = await openScene({ activities: 3 });
    const before = await scene.db.collection('tokens').find().toArray();
    const env = { STRAVA_CLIENT_SECRET: '0123456789abcdef0123456789abcdef01234567' };
    const { exitCode, stderr } = await scene.callWith(env, 'sync');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('check STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET');
    expect(await scene.db.collection('tokens').find().toArray()).toEqual(before);
    expect((await scene.call('sync')).exitCode).toBe(0);
  });

  it('sync without authorization requests a new login when the response with a rotated token was lost', async () => {
    const scene = await openScene({ activities: 3 });
    scene.simulator.faults.next('reset-mid-body', 1, { endpoint: 'token' });
    const { exitCode, stdout } = await scene.call('sync');
    expect(exitCode).toBe(3);
    expect(stdout).toContain('Athlete 1001 has to log in again');
  });

  it.each(['sync', 'start', 'auth'])(
    '%s without a client id ends with 2 before anything connects',
    async (command) => {
      const scene = await openScene({ isLoggedIn: false });
      const env = { STRAVA_CLIENT_ID: '', MONGODB_URI: 'mongodb://127.0.0.1:1' };
      const { exitCode, stderr } = await scene.callWith({ ...env, ...quiet }, command);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('STRAVA_CLIENT_ID');
      expect(stderr).not.toContain('    at ');
      expect(scene.simulator.requests.entries).toHaveLength(0);
    },
  );
});
