import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import { startSimulator } from '../../../src/simulator/api/server.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { differences, logIn } from '../../support/mirror.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteNamed, printedJson, trueIds, useScene } from '../../support/scene.ts';

const [ada, bob] = [1001, 1002];
const athletes = [athleteNamed('Ada', ada, 4), athleteNamed('Bob', bob, 5)];

interface Shared {
  /** Of the application 111, with which Ada is logged in. */
  readonly scene: Scene;
  /** Strava as the application 222 sees it, with which Bob is logged in. */
  readonly other: Simulator;
  /** The variables that make a command one of the application 222. */
  readonly env: Readonly<Record<string, string>>;
}

async function loginOf({ db }: Scene, athleteId: number): Promise<Document | null> {
  return db.collection('tokens').findOne({ _id: Long.fromNumber(athleteId) });
}

describe.concurrent('two applications in one database', () => {
  const openScene = useScene();
  const simulators: Simulator[] = [];
  afterAll(() => Promise.all(simulators.map((simulator) => simulator.close())));

  async function open(): Promise<Shared> {
    const scene = await openScene({ clientId: '111', athletes, isLoggedIn: false });
    const other = await startSimulator({ clientId: '222', athletes });
    simulators.push(other);
    await logIn(scene.db, scene.simulator, ada);
    await logIn(scene.db, other, bob);
    const env = {
      STRAVA_CLIENT_ID: other.clientId,
      STRAVA_CLIENT_SECRET: other.clientSecret,
      STRAVA_API_URL: other.apiUrl,
      STRAVA_OAUTH_URL: other.oauthUrl,
    };
    return { scene, other, env };
  }

  it('sync only their own athletes, and leave the other login as it was', async () => {
    const { scene, other, env } = await open();
    const bobs = await loginOf(scene, bob);
    const own = await scene.run('sync');
    expect(own.exitCode, own.stderr).toBe(0);
    expect(own.stderr).toContain('1 athlete belongs to another application (222) and will be left');
    expect(await loginOf(scene, bob)).toEqual(bobs);
    expect(other.requests.entries).toEqual([]);
    expect(await scene.differences(ada)).toEqual([]);

    const adas = await loginOf(scene, ada);
    scene.simulator.requests.clear();
    const others = await scene.runWith(env, 'sync');
    expect(others.exitCode, others.stderr).toBe(0);
    expect(await loginOf(scene, ada)).toEqual(adas);
    expect(scene.simulator.requests.entries).toEqual([]);
    expect(await differences(scene.db, other, bob)).toEqual([]);
  });

  it('two applications in one database have a status each, which counts the other athletes', async () => {
    const { scene, env } = await open();
    await scene.call('sync');
    expect(printedJson(await scene.call('status', '--json'))).toMatchObject({
      athletes: [{ athleteId: ada }],
      others: { athletes: 1, clientIds: ['222'] },
      lastRun: { client_id: '111' },
      needs: [],
    });
    const status = await scene.callWith(env, 'status');
    expect(status.stdout).toMatch(/Athlete .*\(1002\)/);
    expect(status.stdout).not.toContain('1001');
    expect(status.stdout).toMatch(/Others\s+1 athlete belongs to another application \(111\)/);
    expect(status.stdout).toMatch(/Last run\s+none yet/);
    const withoutClient = { STRAVA_CLIENT_ID: '', STRAVA_CLIENT_SECRET: '' };
    expect(printedJson(await scene.callWith(withoutClient, 'status', '--json'))).toMatchObject({
      athletes: [{ athleteId: ada }, { athleteId: bob }],
      others: { athletes: 0, clientIds: [] },
    });
  });

  it.each([['sync'], ['verify'], ['get', '/athlete']])(
    'two applications in one database reject %s of the other athlete with 2',
    async (...command) => {
      const { scene } = await open();
      const { exitCode, stderr } = await scene.call(...command, '--athlete', String(bob));
      expect(exitCode).toBe(2);
      expect(stderr).toContain('Athlete 1002 belongs to the application 222, and this is 111:');
    },
  );

  it('two applications in one database say who else has logged in where nobody of their own has', async () => {
    const { scene } = await open();
    const foreign = { STRAVA_CLIENT_ID: '333' };
    const { exitCode, stderr } = await scene.callWith(foreign, 'sync');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('Nobody has logged in with the application 333 yet. 2 athletes');
    const { needs } = printedJson(await scene.callWith(foreign, 'status', '--json'));
    expect(needs).toEqual([
      expect.stringContaining('2 athletes belong to other applications (111, 222)'),
    ]);
  });

  it('two applications in one database erase their own athletes only, with and without a revocation', async () => {
    const { scene, other, env } = await open();
    expect((await scene.callWith(env, 'sync')).exitCode).toBe(0);
    const bobs = await loginOf(scene, bob);
    other.requests.clear();
    for (const more of [[], ['--without-revoke']]) {
      const rejected = await scene.call('erase', '--athlete', String(bob), '--yes', ...more);
      expect(rejected.exitCode).toBe(2);
      expect(rejected.stderr).toContain('Athlete 1002 belongs to the application 222');
    }
    expect(await loginOf(scene, bob)).toEqual(bobs);
    expect(await differences(scene.db, other, bob)).toEqual([]);
    expect([...scene.simulator.requests.entries, ...other.requests.entries]).toEqual([]);
    const erased = await scene.callWith(env, 'erase', '--athlete', String(bob), '--yes');
    expect(erased.exitCode, erased.stderr).toBe(0);
    expect(await loginOf(scene, bob)).toBeNull();
    expect(await loginOf(scene, ada)).not.toBeNull();
  });

  it('two applications in one database move an athlete by a login, and say so', async () => {
    const { scene, other, env } = await open();
    const login = await scene.call('auth', '--code', scene.simulator.grant(bob));
    expect(login.exitCode, login.stderr).toBe(0);
    expect(login.stdout).toContain(
      "The athlete's login belonged to the application 222, and belongs to 111 from now on",
    );
    expect(await loginOf(scene, bob)).toMatchObject({ client_id: '111' });
    const moved = await scene.callWith(env, 'sync');
    expect(moved.exitCode).toBe(3);
    expect(moved.stderr).toContain('2 athletes belong to another application (111)');
    expect(other.requests.entries).toEqual([]);
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await scene.differences(bob)).toEqual([]);
  });

  it('two applications in one database take a login without a client id for their own, and put theirs on it', async () => {
    const { scene } = await open();
    await scene.db.collection('tokens').updateMany({ client_id: '111' }, [{ $unset: 'client_id' }]);
    const { exitCode, stderr } = await scene.call('sync', '--athlete', String(ada));
    expect(exitCode, stderr).toBe(0);
    expect(await loginOf(scene, ada)).toMatchObject({ client_id: '111' });
  });

  it('two applications in one database follow Strava of their own in a daemon', async () => {
    const { scene, other } = await open();
    const bobs = await loginOf(scene, bob);
    const daemon = scene.launch(['start'], { SYNC_SCHEDULE: '0 0 1 1 *' });
    await daemon.shown('1 athlete belongs to another application (222)');
    await daemon.shown('Run done');
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
    expect(await loginOf(scene, bob)).toEqual(bobs);
    expect(other.requests.entries).toEqual([]);
    expect(await scene.db.collection('activities').countDocuments()).toBe(
      trueIds(scene.simulator, ada).length,
    );
  });
});
