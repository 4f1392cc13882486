import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Db } from 'mongodb';
import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { reportFaults } from '../fault-report.ts';
import type { Ended, Running } from '../support/command/command.ts';
import { start } from '../support/command/command.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import { lossesOf } from '../support/faults/losses.ts';
import { logIn } from '../support/mirror.ts';
import { startMongoProxy } from '../support/mongodb/mongo-proxy.ts';
import type { OwnMongod } from '../support/mongodb/own-mongod.ts';
import { startOwnMongod } from '../support/mongodb/own-mongod.ts';
import { goOn, isOver } from '../support/progress.ts';
import { createRandom, faultSeed } from '../support/faults/random.ts';
import { startReplicaSet } from '../support/mongodb/replica-set.ts';
import { athleteId, athleteNamed } from '../support/scene.ts';

const name = 'faults';

/** What to stop after the tests, newest first. */
const endings: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Stage {
  readonly simulator: Simulator;
  readonly db: Db;
  /** Launches the program with its own MongoDB URI; the test itself uses `db`. */
  readonly launch: (uri?: string) => Running;
}

async function openStage(
  uri: string,
  activities: number,
  samples: readonly [number, number] = [20, 60],
): Promise<Stage> {
  const athletes = [{ ...athleteNamed('Ada', athleteId, activities), samplesPerActivity: samples }];
  const quota = { short: 5_000, daily: 50_000 };
  const simulator = await startSimulator({ seed: faultSeed, athletes, quota });
  endings.push(() => simulator.close());
  const client = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true } });
  endings.push(() => client.close());
  const db = client.db(name);
  await logIn(db, simulator, athleteId);
  const env = { STRAVA_QUOTA_SHORT: '5000', STRAVA_QUOTA_DAILY: '50000' };
  const launch = (programUri = uri): Running => {
    const running = start({ simulator, mongodb: { uri: programUri, name }, env }, ['sync']);
    endings.push(async () => {
      running.kill('SIGKILL');
      await running.ended;
    });
    return running;
  };
  return { simulator, db, launch };
}

async function own(...extraArgs: string[]): Promise<OwnMongod> {
  const mongod = await startOwnMongod(...extraArgs);
  endings.push(() => mongod.remove());
  return mongod;
}

async function expectWhole(
  { simulator, db }: Stage,
  ended: Ended,
  { scenario, faults }: { scenario: string; faults: Readonly<Record<string, number>> },
): Promise<void> {
  expect(ended.exitCode, ended.stderr).toBe(0);
  const { lost, doubled } = await lossesOf(db, simulator, athleteId);
  const { requests } = simulator;
  const overLimit = requests.overLimit().length;
  const fetchedTwice = requests.fetchedTwice();
  reportFaults(inject('faultReport'), {
    scenario,
    seed: faultSeed,
    faults,
    requests: requests.entries.filter(({ isCounted }) => isCounted).length,
    overLimit,
    fetchedTwice: fetchedTwice.length,
    lost: lost.length,
    doubled,
  });
  expect({ lost, doubled, overLimit, fetchedTwice }).toEqual({
    lost: [],
    doubled: 0,
    overLimit: 0,
    fetchedTwice: [],
  });
}

describe.concurrent(`MongoDB failures (seed ${faultSeed})`, { timeout: 120_000 }, () => {
  it(
    'sync waits for a mongod that is killed and restarted during the run',
    { timeout: scaled(120_000, 900_000) },
    async () => {
      const random = createRandom(faultSeed);
      const kills = scaled(2, 20);
      const mongod = await own();
      const stage = await openStage(mongod.uri, scaled(60, 400));
      const running = stage.launch();
      for (let count = 0; count < kills; count += 1) {
        await goOn(stage, running, random.integer(2, 12));
        expect(await isOver(running)).toBe(false);
        await mongod.kill();
        await mongod.restart();
      }
      const ended = await running.ended;
      await expectWhole(stage, ended, { scenario: 'mongod killed', faults: { kill: kills } });
    },
  );

  it(
    'sync follows a replica set to its new primary',
    { timeout: scaled(120_000, 900_000) },
    async () => {
      const random = createRandom(faultSeed);
      const stepdowns = scaled(1, 10);
      const replicas = await startReplicaSet();
      endings.push(() => replicas.remove());
      const stage = await openStage(replicas.uri, scaled(60, 400));
      const running = stage.launch();
      for (let count = 0; count < stepdowns; count += 1) {
        await goOn(stage, running, random.integer(2, 12));
        expect(await isOver(running)).toBe(false);
        await replicas.stepDown();
      }
      const ended = await running.ended;
      const faults = { stepdown: stepdowns };
      await expectWhole(stage, ended, { scenario: 'primary stepped down', faults });
    },
  );

  it(
    'sync loses, doubles and refetches nothing when the primary of a replica set is killed twice',
    { timeout: scaled(120_000, 900_000) },
    async () => {
      const random = createRandom(faultSeed);
      const kills = scaled(2, 10);
      const replicas = await startReplicaSet();
      endings.push(() => replicas.remove());
      const stage = await openStage(replicas.uri, scaled(200, 2_000));
      const running = stage.launch();
      for (let count = 0; count < kills; count += 1) {
        await goOn(stage, running, random.integer(2, 12));
        expect(await isOver(running)).toBe(false);
        await replicas.killPrimary();
      }
      const ended = await running.ended;
      await expectWhole(stage, ended, { scenario: 'primary killed', faults: { kill: kills } });
    },
  );

  it('sync waits while the disk of mongod is full, writes are not durable, or connections are cut', async () => {
    const mongod = await own('--setParameter', 'enableTestCommands=1');
    const stage = await openStage(mongod.uri, 60);
    const fail = (mode: unknown, data: object = {}) =>
      mongod.admin({
        configureFailPoint: 'failCommand',
        mode,
        ...(mode !== 'off' && {
          data: {
            failCommands: ['insert', 'update', 'findAndModify'],
            appName: 'domestique',
            ...data,
          },
        }),
      });
    const running = stage.launch();
    await goOn(stage, running, 5);
    const outOfDisk = 14_031;
    await fail('alwaysOn', { errorCode: outOfDisk });
    await running.shown('MongoDB is away');
    await fail('off');
    await goOn(stage, running, 10);
    const writeConcernTimeout = 64;
    const writeConcernError = {
      code: writeConcernTimeout,
      errmsg: 'waiting for replication timed out',
    };
    await fail({ times: 6 }, { writeConcernError });
    await goOn(stage, running, 10);
    await fail({ times: 6 }, { closeConnection: true });
    const ended = await running.ended;
    await expectWhole(stage, ended, {
      scenario: 'disk full, write not durable, connections cut',
      faults: { 'out of disk': 1, 'write concern': 6, 'connection cut': 6 },
    });
  });

  it('sync waits while mongod has no connection left', async () => {
    const maxConnections = 40;
    const mongod = await own(
      ...['--maxConns', String(maxConnections), '--setParameter', 'enableTestCommands=1'],
    );
    const stage = await openStage(mongod.uri, 60);
    const running = stage.launch();
    await goOn(stage, running, 5);
    const data = { failCommands: ['update'], appName: 'domestique', closeConnection: true };
    await mongod.admin({ configureFailPoint: 'failCommand', mode: { times: 1 }, data });
    const crowd = await occupy(mongod.port, maxConnections);
    await running.shown('MongoDB is away');
    for (const socket of crowd) socket.destroy();
    const ended = await running.ended;
    const faults = { connections: maxConnections };
    await expectWhole(stage, ended, { scenario: 'out of connections', faults });
  });

  it('sync waits while MongoDB is silent on open connections', async () => {
    const mongod = await own();
    const stage = await openStage(mongod.uri, 60);
    const proxy = await startMongoProxy(mongod.uri);
    endings.push(() => proxy.close());
    const running = stage.launch(`${proxy.uri}&socketTimeoutMS=1000`);
    await goOn(stage, running, 5);
    proxy.freeze();
    await running.shown('MongoDB is away');
    proxy.thaw();
    const ended = await running.ended;
    await expectWhole(stage, ended, { scenario: 'half-open MongoDB', faults: { 'half-open': 1 } });
  });

  it('sync waits while a long write is stuck in an open connection', async () => {
    const mongod = await own();
    const stage = await openStage(mongod.uri, 3, [40_000, 40_000]);
    const proxy = await startMongoProxy(mongod.uri);
    endings.push(() => proxy.close());
    const running = stage.launch(`${proxy.uri}&socketTimeoutMS=2000`);
    await proxy.stick(1_000_000);
    await running.shown('MongoDB is away (no response within');
    const ended = await running.ended;
    const faults = { 'half-open': 1 };
    await expectWhole(stage, ended, { scenario: 'half-open MongoDB, long writes', faults });
  });
});

/** Opens connections until mongod has none left, at most `maxConnections`. */
async function occupy(port: number, maxConnections: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    return Promise.resolve();
  });
  for (let count = 0; count < maxConnections; count += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve));
  }
  return sockets;
}
