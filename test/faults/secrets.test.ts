import type { Document } from 'mongodb';
import { BSON, Long } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { FaultKind } from '../../src/simulator/api/fault-kinds.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { reportFaults } from '../fault-report.ts';
import type { ResponseProxy, PassingResponse } from '../support/faults/response-proxy.ts';
import { startResponseProxy } from '../support/faults/response-proxy.ts';
import { createCanary, secretsIn } from '../support/canaries.ts';
import { storedCollections } from '../support/mongodb/database.ts';
import type { Ended } from '../support/command/command.ts';
import { start } from '../support/command/command.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import type { LockedMongod } from '../support/mongodb/locked-mongod.ts';
import { startLockedMongod } from '../support/mongodb/locked-mongod.ts';
import { faultSeed } from '../support/faults/random.ts';
import { athleteId, athleteNamed } from '../support/scene.ts';

const canary = (name: string): string => createCanary(name, faultSeed);
const clientSecret = canary('client');
const password = `${canary('password')} ü`;
const faults: readonly FaultKind[] = [
  ...(['error-json', 'html-502', '597', 'reset', 'truncated', 'wrong-content-type'] as const),
  ...(['html-200', 'malformed', 'wrong-shape'] as const),
];

const ordinary = {
  LOG_LEVEL: 'trace',
  AUTH_PORT: '0',
  STRAVA_TIMEOUT: '2s',
  STRAVA_QUOTA_SHORT: '5000',
  STRAVA_QUOTA_DAILY: '50000',
};

/** Every secret by its name. */
const secrets = new Map([
  [clientSecret, "the client's secret"],
  [password, "MongoDB's password"],
]);
/** The output of every command. */
const shown: { readonly command: string; readonly text: string }[] = [];

let mongod: LockedMongod;
let simulator: Simulator;
let proxy: ResponseProxy;

function rememberTokens({ path, body }: PassingResponse): undefined {
  if (!path.endsWith('/token')) return;
  for (const [, name = '', token = ''] of body.matchAll(
    /"(access_token|refresh_token)":"(\w+)"/g,
  )) {
    secrets.set(token, name);
  }
}

function remember(name: string, secret: string): string {
  secrets.set(secret, name);
  return secret;
}

beforeAll(async () => {
  mongod = await startLockedMongod(password);
  const athletes = [
    athleteNamed('Ada', athleteId, scaled(15, 200)),
    athleteNamed('Bea', athleteId + 1, 5),
  ];
  const quota = { short: 5_000, daily: 50_000 };
  simulator = await startSimulator({ seed: faultSeed, clientSecret, athletes, quota });
  proxy = await startResponseProxy(simulator, rememberTokens);
});

afterAll(async () => {
  await proxy.close();
  await simulator.close();
  await mongod.remove();
});

/** A module that lets the program fail where it builds a request, with the access token at hand. */
const bugInRequests = `data:text/javascript,${encodeURIComponent(
  "URLSearchParams.prototype.toString = () => { throw new TypeError('a provoked bug'); };",
)}`;

function launch(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const surroundings = {
    simulator: proxy.simulator,
    mongodb: { uri: mongod.uri(password), name: 'domestique' },
    env: { ...ordinary, ...env },
  };
  const running = start(surroundings, args);
  const ended = running.ended.then((end): Ended => {
    shown.push({ command: args[0] ?? '', text: `${end.stdout}\n${end.stderr}` });
    return end;
  });
  return { ...running, ended };
}

async function expectExit(
  exitCode: number,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const ended = await launch(args, env).ended;
  expect(ended.exitCode, `${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`).toBe(exitCode);
}

/** The collections that hold a secret, except those made for it. */
async function collectionsWithSecrets(): Promise<readonly string[]> {
  const db = mongod.client.db('domestique');
  const found: string[] = [];
  for (const collection of await storedCollections(db)) {
    const { collectionName } = collection;
    if (collectionName === 'tokens') continue;
    const documents = await collection.find().toArray();
    const names = secretsIn(BSON.EJSON.stringify(documents), secrets);
    found.push(...names.map((name) => `${collectionName} holds ${name}`));
  }
  return found;
}

function tokens() {
  return mongod.client.db('domestique').collection<Document & { _id: Long }>('tokens');
}

describe(`secrets (seed ${faultSeed})`, { timeout: scaled(120_000, 240_000) }, () => {
  it('runs logins of every kind, valid and invalid', async () => {
    const code = remember('the code', simulator.grant(athleteId));
    await expectExit(0, ['auth', '--code', code]);
    await expectExit(3, ['auth', '--code', code]);
    const second = remember('the second code', simulator.grant(athleteId));
    const redirect = `http://localhost/?state=x&code=${second}&scope=read,activity:read_all`;
    await expectExit(0, ['auth', '--redirect-url', redirect]);
    const odd = remember('a code in a wrong address', canary('odd'));
    const wrongAddress = `http://localhost/${encodeURIComponent(odd)}`;
    await expectExit(2, ['auth', '--redirect-url', wrongAddress]);
    const refresh = remember('the refresh token', simulator.issueRefreshToken(athleteId + 1));
    await expectExit(0, ['auth', '--refresh-token', refresh]);
    const bogus = remember('a wrong refresh token', canary('bogus'));
    await expectExit(2, ['auth', '--refresh-token', bogus]);
    const unknown = remember('an argument of no option', canary('argument'));
    await Promise.all([
      expectExit(2, ['auth', `--token=${unknown}`]),
      expectExit(2, ['auth', unknown]),
    ]);
    const revoked = remember('a refresh token that is unknown', 'f0e1'.repeat(10));
    await expectExit(3, ['auth', '--refresh-token', revoked]);
  });

  it('runs a sync with transient errors, a daemon, and every report', async () => {
    simulator.faults.rate(0.2, faults);
    simulator.faults.next('html-502', 1, { endpoint: 'token' });
    simulator.expireAccessTokens();
    await expectExit(0, ['sync', '--json', '--athlete', String(athleteId)]);
    simulator.faults.clear();
    const daemon = launch(['start'], { SYNC_SCHEDULE: '* * * * * *', LOG_FORMAT: 'pretty' });
    await daemon.shown('Run done');
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
    const reports = [['status'], ['status', '--json'], ['config'], ['sync', '--dry-run']];
    await Promise.all(reports.map((args) => expectExit(0, args)));
  });

  it('runs commands with wrong secrets', async () => {
    await tokens().updateMany({}, { $set: { expires_at: new Date(0) } });
    const wrong = remember('a wrong client secret', canary('wrong'));
    await expectExit(3, ['sync'], { STRAVA_CLIENT_SECRET: wrong });
    const other = remember('a wrong password', canary('other'));
    await expectExit(1, ['status'], { MONGODB_URI: mongod.uri(other) });
    const unreadable = `mongodb://owner:${other}@127.0.0.1:${mongod.port}/`;
    await expectExit(2, ['status'], { MONGODB_URI: unreadable });
    const misspelt = { STRAVA_CLIENT_SECRETS: remember('a misspelt variable', canary('misspelt')) };
    await expectExit(2, ['status'], misspelt);
  });

  it('runs a sync of a revoked athlete, and one that crashes', async () => {
    simulator.deauthorize(athleteId);
    await expectExit(3, ['sync', '--athlete', String(athleteId)]);
    await expectExit(0, ['status']);
    const other = Long.fromNumber(athleteId + 1);
    const unsendable = remember('an access token with a line break', canary('line') + '\r\n');
    const future = new Date(Date.now() + 3_600_000);
    const stored = await tokens().findOne({ _id: other });
    await tokens().updateOne(
      { _id: other },
      { $set: { access_token: unsendable, expires_at: future, obtained_at: new Date() } },
    );
    const sync = launch(['sync', '--athlete', String(athleteId + 1)]);
    await Promise.race([sync.ended, sync.shown('no complete response')]);
    sync.kill('SIGTERM');
    await sync.ended;
    const unexpired = { ...stored, expires_at: future, obtained_at: new Date() };
    await tokens().replaceOne({ _id: other }, unexpired);
    const crash = await launch(['sync', '--athlete', String(athleteId + 1)], {
      NODE_OPTIONS: `--import ${bugInRequests}`,
    }).ended;
    expect(crash.stderr).toMatch(/^\s+at /m);
    expect(crash.stderr).toContain('a provoked bug');
    expect(crash.exitCode).toBe(1);
  });

  it('finds no secret in any output, log, error or report, or in a collection except tokens', async () => {
    const hits = shown.flatMap(({ command, text }) =>
      secretsIn(text, secrets).map((name) => `${command} shows ${name}`),
    );
    const stored = await collectionsWithSecrets();
    reportFaults(inject('faultReport'), {
      scenario: 'secrets',
      seed: faultSeed,
      faults: Object.fromEntries(faults.map((kind) => [kind, simulator.faults.count(kind)])),
      requests: simulator.requests.count(({ isCounted }) => isCounted),
      note: `${secrets.size} secrets in ${shown.length} commands: ${hits.length + stored.length} hits`,
    });
    expect([...hits, ...stored]).toEqual([]);
    expect(secrets.size).toBeGreaterThan(15);
  });
});
