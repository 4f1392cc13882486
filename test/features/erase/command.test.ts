import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import { Long } from 'mongodb';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';

import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/clock.ts';
import { MongoUnavailableError } from '../../../src/errors.ts';
import { erase } from '../../../src/features/erase/command.ts';
import { whileHeld } from '../../../src/features/shared/held-athlete.ts';
import { openDatabase } from '../../../src/main.ts';
import { createLeaseStore } from '../../../src/mongo/coordination/leases.ts';
import { identifyOwner } from '../../../src/owner.ts';
import { startSimulator } from '../../../src/simulator/api/server.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { open } from '../../mongo/base/connection-of.ts';
import { useDatabase } from '../../support/mongodb/database.ts';
import { logIn } from '../../support/mirror.ts';
import type { TestProgram } from '../../support/command/program.ts';
import { createTestProgram } from '../../support/command/program.ts';
import { failureOf } from '../auth/auth-fixture.ts';

const athleteId = 1001;
const database = useDatabase();
let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator();
  await logIn(database.db, simulator, athleteId);
});

afterEach(async () => {
  await simulator.close();
  await database.clear();
});

/** Shortens minutes to tenths of a second; timeouts of MongoDB operations keep their length. */
const hastyClock: Clock = {
  ...systemClock,
  monotonicMs: () => performance.now() * 500,
  sleep: (ms, signal) => systemClock.sleep(ms > 30_000 ? ms : ms / 500, signal),
};

const defaults = { athlete: '1001', yes: true, withoutRevoke: false, json: false };

interface Given {
  readonly clock?: Clock;
  readonly config?: Readonly<Record<string, string>>;
  readonly options?: Partial<typeof defaults>;
}

function programOf({ clock = systemClock, config = {} }: Given = {}): TestProgram {
  return createTestProgram({ mongodb: database, strava: simulator, clock, config });
}

function run(given: Given = {}, program = programOf(given)) {
  return erase(program, { ...defaults, ...given.options, input: Readable.from([]) });
}

function login() {
  return database.db.collection('tokens').findOne({ _id: Long.fromNumber(athleteId) });
}

describe('an erasure that fails', () => {
  it('an erasure that fails ends with 1 and changes nothing when Strava is unavailable', async () => {
    const before = await login();
    simulator.faults.next('html-502', 10_000, { endpoint: 'revoke' });
    const error = await failureOf(run({ clock: hastyClock }));
    expect(error).toMatchObject({ code: 'STRAVA_UNAVAILABLE', exitCode: 1 });
    expect(error.message).toContain('Nothing was erased');
    expect(error.message).toContain('--without-revoke');
    expect(await login()).toEqual(before);
    simulator.faults.clear();
    expect(await run()).toBe(0);
    expect(await login()).toBeNull();
  });

  it('an erasure that fails ends with 3 and changes nothing when Strava rejects the client', async () => {
    const before = await login();
    const STRAVA_CLIENT_SECRET = '0123456789abcdef0123456789abcdef01234567';
    const error = await failureOf(run({ config: { STRAVA_CLIENT_SECRET } }));
    expect(error).toMatchObject({ code: 'APPLICATION_REJECTED', exitCode: 3 });
    expect(await login()).toEqual(before);
  });

  it('an erasure that fails ends with 2 when the login belongs to another application', async () => {
    await database.db.collection('tokens').updateOne({}, { $set: { client_id: '99' } });
    const error = await failureOf(run());
    expect(error).toMatchObject({ code: 'OTHER_APPLICATION', exitCode: 2 });
    expect(error.message).toContain('the application 99');
    expect(await login()).not.toHaveProperty('needs_authorization');
  });

  it.each(['athlete', 'refresh'])(
    'an erasure that fails ends with 75 after a minute and changes nothing when another process keeps the %s lease',
    async (kind) => {
      const before = await login();
      const host = hostname();
      const store = await open(database);
      const holder = { pid: 77, host, process: await identifyOwner(host), clock: systemClock };
      const leases = createLeaseStore(store, {
        ...holder,
        durationMs: 15_000,
      });
      const lease = await leases.tryAcquire(`${kind}:${athleteId}`);
      const error = await failureOf(run({ clock: hastyClock }));
      expect(error).toMatchObject({ code: 'ERASE_UNFINISHED', exitCode: 75 });
      expect(error.message).toContain('Process 77');
      expect(await login()).toEqual(before);
      expect(simulator.isRefreshTokenLive(String(before?.['refresh_token']))).toBe(true);
      if ('epoch' in lease) await lease.release();
      expect(await run()).toBe(0);
      await store.close();
    },
  );
});

describe('an erasure that was killed before its first deletion', () => {
  it('an erasure that MongoDB interrupts while it waits leaves the login as it was', async () => {
    const before = await login();
    const program = programOf();
    const leases = { tryAcquire: () => Promise.reject(new MongoUnavailableError('away')) };
    const open = await openDatabase(program, 5_000);
    const session = {
      program,
      database: { ...open, leases: { ...open.leases, ...leases } },
      athleteId,
    };
    const error = await failureOf(whileHeld(session, () => Promise.resolve()));
    expect(error).toBeInstanceOf(MongoUnavailableError);
    expect(await login()).toEqual(before);
    await open.close();
  });

  it('an erasure that was killed before its first deletion is finished by the next one', async () => {
    const mark = { since: new Date(), reason: 'is being erased' };
    await database.db.collection('tokens').updateOne({}, { $set: { needs_authorization: mark } });
    const token = String((await login())?.['refresh_token']);
    expect(await run()).toBe(0);
    expect(simulator.isRefreshTokenLive(token)).toBe(false);
    expect(await login()).toBeNull();
  });
});

describe('an erasure', () => {
  const withoutClient = { STRAVA_CLIENT_ID: '', STRAVA_CLIENT_SECRET: '' };

  it('an erasure sends no request and needs no client without a revocation', async () => {
    const token = String((await login())?.['refresh_token']);
    const given = { config: withoutClient, options: { withoutRevoke: true, json: true } };
    const program = programOf(given);
    expect(await run(given, program)).toBe(0);
    expect(JSON.parse(program.printed())).toEqual({
      athlete: athleteId,
      access: 'left alone',
      deleted: { tokens: 1 },
    });
    expect(simulator.requests.entries).toHaveLength(0);
    expect(simulator.isRefreshTokenLive(token)).toBe(true);
    expect(await login()).toBeNull();
  });

  it('an erasure erases the data of an athlete without a login', async () => {
    await database.db.collection('tokens').deleteMany({});
    const one = { activity_id: Long.fromNumber(5), athlete_id: Long.fromNumber(athleteId) };
    await database.db.collection('streams').insertOne(one);
    const given = { config: withoutClient };
    const program = programOf(given);
    expect(await run(given, program)).toBe(0);
    expect(program.printed()).toContain('No login was stored');
    expect(program.printed()).toMatch(/streams +1/);
    expect(await database.db.collection('streams').countDocuments()).toBe(0);
  });

  it('an erasure revokes and deletes nothing where the photos cannot be removed', async () => {
    const given = { config: { SYNC_PHOTOS_FOLDER: '/dev/null/photos' } };
    const token = String((await login())?.['refresh_token']);
    const error = await failureOf(run(given));
    expect(error).toMatchObject({ code: 'OUTPUT_FAILED' });
    expect(error.message).toContain('/dev/null/photos');
    expect(error.message).toContain('Nothing was revoked and nothing was erased.');
    expect(simulator.isRefreshTokenLive(token)).toBe(true);
    expect(await login()).not.toHaveProperty('needs_authorization');
  });

  it('an erasure says where photos are left that another process fetched into its own folder', async () => {
    const photo_files = [{ id: 'a', path: '1001/5/a.jpg', bytes: 1 }];
    const activity = {
      _id: Long.fromNumber(5) as never,
      ...{ sync: { athlete_id: Long.fromNumber(athleteId) }, photo_files },
    };
    await database.db
      .collection('activities')
      .insertOne(activity, { bypassDocumentValidation: true });
    const given = { config: { SYNC_PHOTOS_FOLDER: '/nowhere/photos' } };
    const program = programOf(given);
    expect(await run(given, program)).toBe(0);
    expect(program.logged()).toContain(
      'There are photos of 1 activity, but none in /nowhere/photos: remove the folder 1001 by hand',
    );
  });

  it.each([
    [
      'of an unknown athlete ends with 3',
      { athlete: '1003' },
      3,
      'Nothing is stored of athlete 1003',
    ],
    ['by name ends with 2', { athlete: 'Ada' }, 2, '--athlete takes'],
    ['without a client ends with 2', {}, 2, 'STRAVA_CLIENT_ID'],
  ])('%s and deletes nothing', async (_, options, exitCode, sentence) => {
    const before = await login();
    const error = await failureOf(run({ options, config: exitCode === 3 ? {} : withoutClient }));
    expect(error.exitCode).toBe(exitCode);
    expect(error.message).toContain(sentence);
    expect(await login()).toEqual(before);
    expect(simulator.requests.entries).toHaveLength(0);
  });
});
