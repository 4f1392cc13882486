import { hostname } from 'node:os';
import { Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../support/command/command.ts';
import { terminalOf } from '../../support/command/typed-terminal.ts';
import { eventually } from '../../support/waiting.ts';
import { printedJson, athleteId, athleteNamed, useScene } from '../../support/scene.ts';

describe.concurrent('status', () => {
  const openScene = useScene();

  it.each([60, 80, 120])('status breaks its texts between words at %i columns', async (columns) => {
    const scene = await openScene({ activities: 1, isLoggedIn: false });
    const args = terminalOf(columns, 'bin/domestique', 'status');
    const env = { LOG_LEVEL: 'error' };
    const { exitCode, stdout } = await scene.launch(args, env, { program: 'python3' }).ended;
    expect(exitCode, stdout).toBe(0);
    const lines = stdout.trimEnd().split(/\r?\n/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines.filter((line) => /^\S/.test(line)).map((line) => line.split(/ {2,}/)[0])).toEqual([
      ...[
        'Database',
        'To do',
        'Quota, 15 minutes',
        'Quota, 1 day',
        'Last run',
        'Next poll',
        'Page',
      ],
      'Action required',
    ]);
    if (columns === 60) expect(lines.some((line) => line.startsWith(' '.repeat(19)))).toBe(true);
  });

  it('status says when the next poll is only while a daemon is really running', async () => {
    const scene = await openScene({ activities: 1, env: { SYNC_SCHEDULE: '0 0 1 1 *' } });
    const nextPoll = async (): Promise<string> =>
      /^Next poll +(.*)$/m.exec((await scene.call('status')).stdout)?.[1] ?? '';
    const daemon = scene.launch(['start']);
    await eventually(async () =>
      (await nextPoll()).endsWith(`, by process ${daemon.pid} on ${hostname()}`),
    );
    expect(await nextPoll()).toMatch(/^\d{4}-01-01 00:00( \(|, by)/);
    await daemon.shown('Run done');
    daemon.kill('SIGKILL');
    await daemon.ended;
    expect(await nextPoll()).toBe('none: no daemon is running. Run: npm start');

    const next = scene.launch(['start']);
    await eventually(async () => (await nextPoll()).includes(`process ${next.pid} `));
    next.kill('SIGTERM');
    await next.ended;
    expect(printedJson(await scene.call('status', '--json'))['daemons']).toEqual([]);
  });

  it("status names times in the terminal's zone with their distance, and in UTC in JSON", async () => {
    const scene = await openScene({ activities: 1 });
    const env = { TZ: 'Asia/Kathmandu' };
    const text = await scene.runWith(env, 'status');
    // Midnight UTC, when the day's quota opens.
    expect(text.stdout).toMatch(
      /Quota, 1 day +0 of 50,000 used, resets (\d{4}-\d\d-\d\d )?05:45 \(in \d+ \w+\)/,
    );
    const json = printedJson(await scene.callWith(env, 'status', '--json'));
    const { quota } = json as { quota: { daily: { resetsAt: string } } };
    expect(quota.daily.resetsAt).toMatch(/T00:00:00\.000Z$/);
  });

  it('status shows stored and pending data, quota and runs, as a table and as JSON', async () => {
    const scene = await openScene({
      activities: 30,
      quota: { short: 12, shortWindowMs: 86_400_000 },
    });
    const env = {
      STRAVA_QUOTA_SHORT: '12',
      STRAVA_QUOTA_SHORT_WINDOW: '24h',
      STRAVA_QUOTA_DAILY: '12',
    };
    expect((await scene.callWith(env, 'sync', '--no-wait')).exitCode).toBe(75);
    scene.simulator.requests.clear();
    const json = printedJson(await scene.callWith(env, 'status', '--json'));
    expect(json).toMatchObject({
      version: packageVersion(),
      athletes: [{ athleteId, activities: 30 }],
      quota: { short: { limit: 12 }, daily: { limit: 12 } },
      lastRun: { outcome: 'waiting', command: 'sync' },
      needs: [],
      parkedActivities: [],
    });
    const { toDo, nextRunAt } = json as { toDo: { streams: number }; nextRunAt: string };
    expect(toDo.streams).toBeGreaterThan(15);
    expect(Date.parse(nextRunAt)).toBeGreaterThan(Date.now());

    const { stdout, exitCode } = await scene.runWith(env, 'status');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Database\s+mongodb:\/\/127\.0\.0\.1:\d+\//);
    expect(stdout).toMatch(new RegExp(`Athlete\\s+.*\\(${athleteId}\\)`));
    expect(stdout).toMatch(/activities\s+30, \d{4}-\d\d-\d\d/);
    expect(stdout).toMatch(new RegExp(`To do\\s+streams of ${toDo.streams}: about [1-9] days?`));
    expect(stdout).toMatch(/Last run\s+\d\d:\d\d \(.*\), waiting after /);
    expect(stdout).toMatch(/Next poll\s+none: no daemon is running\. Run: npm start$/m);
    expect(scene.simulator.requests.entries).toHaveLength(0);
  });

  it('status works without client and login, and says what is missing', async () => {
    const scene = await openScene({ isLoggedIn: false });
    const env = { STRAVA_CLIENT_ID: '', STRAVA_CLIENT_SECRET: '' };
    const { exitCode, stdout } = await scene.callWith(env, 'status');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Action required\s+Nobody has logged in yet\. Run: npm run auth/);
  });

  it('status shows the name of an athlete on one line, without what acts on a terminal', async () => {
    const name = '\u001b]0;owned\u0007Ada\u001b[2J\nQuota, day  0 of 9\u202e\u009b';
    const athletes = [athleteNamed(name, athleteId, 1)];
    const scene = await openScene({ athletes, isLoggedIn: false });
    const login = await scene.run('auth', '--code', scene.simulator.grant(athleteId));
    const shown = ']0;ownedAda[2J Quota, day  0 of 9 Example';
    expect(login.stdout).toContain(`Logged in as ${shown} (athlete ${athleteId}).`);
    const table = await scene.run('status');
    expect(table.stdout).toContain(`Athlete            ${shown} (${athleteId})\n`);
    const json = await scene.run('status', '--json');
    expect(printedJson(json)).toMatchObject({ athletes: [{ name: `${name} Example` }] });
    for (const { stdout } of [login, table, json]) {
      // eslint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  it('status --check prints the same, and ends with 3 while an action is required', async () => {
    const scene = await openScene({ activities: 2 });
    await scene.call('sync');
    const fine = await scene.call('status', '--check');
    expect(fine.exitCode, fine.stdout).toBe(0);
    await scene.db
      .collection('tokens')
      .updateMany({}, [
        { $set: { needs_authorization: { since: '$$NOW', reason: 'for the test' } } },
      ]);
    const checked = await scene.run('status', '--check');
    expect(checked.exitCode).toBe(3);
    expect(checked.stdout).toMatch(/Action required\s+.* has to log in again: for the test/);
    expect((await scene.call('status', '--check', '--json')).exitCode).toBe(3);
    expect((await scene.call('status')).exitCode).toBe(0);
  });

  it('status counts only configured work as pending', async () => {
    const scene = await openScene({ activities: 30, env: { SYNC_SINCE: '200d' } });
    await scene.call('sync');
    expect((await scene.call('status')).stdout).toMatch(/To do\s+nothing/);
    expect(printedJson(await scene.call('status', '--json'))).toMatchObject({
      toDo: { streams: 0 },
    });
    const streamless = printedJson(
      await scene.callWith({ SYNC_STREAMS: 'false', SYNC_SINCE: '' }, 'status', '--json'),
    );
    expect(streamless).toMatchObject({ toDo: { streams: 0 } });
    const whole = printedJson(await scene.callWith({ SYNC_SINCE: '' }, 'status', '--json'));
    expect((whole as { toDo: { streams: number } }).toDo.streams).toBeGreaterThan(15);
  });

  it('status shows the quota from Strava’s responses, not from the configuration', async () => {
    const scene = await openScene({ activities: 5, quota: { short: 100 } });
    await scene.call('sync');
    const { quota } = printedJson(await scene.call('status', '--json'));
    expect(quota).toMatchObject({ short: { limit: 100 } });
  });
});

describe.concurrent('polls in status', () => {
  const openScene = useScene();

  it('status says how often the lists are polled, and what helps where the quota does not carry all', async () => {
    const scene = await openScene({ activities: 1, env: { STRAVA_QUOTA_DAILY: '6' } });
    expect((await scene.call('status')).stdout).toMatch(
      /Polls\s+1 list, each every 6 hours: 4 requests a day, at most 4/,
    );
    const tokens = scene.db.collection('tokens');
    const grant = await tokens.findOne({});
    const others = [2_001, 2_002, 2_003, 2_004].map((id) => Long.fromNumber(id) as never);
    await tokens.insertMany(others.map((_id) => ({ ...grant, _id })));
    const { polls, needs } = printedJson(await scene.call('status', '--json')) as {
      polls: object;
      needs: readonly string[];
    };
    expect(polls).toMatchObject({ athletes: 5, carries: 4, isCarried: false, maxPerDay: 4 });
    expect(needs).toEqual([
      expect.stringMatching(/carries daily polls of 4 athletes, and 5 have logged in.*a webhook/),
    ]);
  });
});

describe.concurrent('config', () => {
  const openScene = useScene();

  it('config shows the origin of each value, and masks secrets', async () => {
    const scene = await openScene({ isLoggedIn: false });
    const uri = 'mongodb://user:canary-of-mongodb@127.0.0.1:1/';
    for (const args of [['config'], ['config', '--json']]) {
      const { exitCode, stdout, stderr } = await scene.runWith({ MONGODB_URI: uri }, ...args);
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toContain('STRAVA_API_URL');
      expect(stdout).toContain(scene.simulator.apiUrl);
      expect(stdout).not.toContain('canary');
      expect(stdout).not.toContain(scene.simulator.clientSecret);
    }
  });

  it('config reports all errors of the configuration in one message, and ends with 2', async () => {
    const scene = await openScene({ isLoggedIn: false });
    const env = { STRAVA_QUOTA_SHORT: 'many', SYNC_SCHEDULE: 'often', STRAVA_CLIENT: 'x' };
    for (const command of ['config', 'sync', 'start', 'status']) {
      const perform = command === 'config' ? scene.runWith : scene.callWith;
      const { exitCode, stdout, stderr } = await perform(env, command);
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      for (const name of Object.keys(env)) expect(stderr).toContain(name);
      expect(stderr).not.toContain('    at ');
    }
  });
});

describe.concurrent('secrets', () => {
  const openScene = useScene();

  it('secrets are in no output, even of failures and verbose logs', async () => {
    const scene = await openScene({
      activities: 12,
      env: { LOG_LEVEL: 'trace', STRAVA_TIMEOUT: '1s' },
    });
    const { simulator, db } = scene;
    const password = 'canary-of-mongodb';
    await db.command({ createUser: 'canary', pwd: password, roles: ['readWrite'] });
    const [, server = ''] = scene.mongodb.uri.split('//');
    const address = (pwd: string): string =>
      `mongodb://canary:${pwd}@${server.replace(/\/.*$/, '')}/?authSource=${db.databaseName}`;
    const MONGODB_URI = address(password);
    const secrets = new Set([simulator.clientSecret, password]);
    const collect = async (): Promise<void> => {
      for (const { access_token, refresh_token } of await db
        .collection('tokens')
        .find()
        .toArray()) {
        for (const token of [access_token, refresh_token] as string[]) {
          if (token !== 'expired') secrets.add(token);
        }
      }
    };
    const outputs: string[] = [];
    const run = async (env: Record<string, string>, ...args: string[]): Promise<number | null> => {
      await collect();
      const perform = args[0] === 'sync' ? scene.runWith : scene.callWith;
      const { exitCode, stdout, stderr } = await perform({ MONGODB_URI, ...env }, ...args);
      outputs.push(stdout, stderr);
      await collect();
      return exitCode;
    };
    simulator.faults.next('html-502', 1, { endpoint: 'token' });
    simulator.faults.next('hang', 1, { endpoint: 'streams' });
    simulator.faults.next('reset', 2, { endpoint: 'streams' });
    simulator.faults.next('malformed', 1, { endpoint: 'streams' });
    expect(await run({}, 'sync'), outputs.join('\n')).toBe(0);
    simulator.expireAccessTokens();
    expect(await run({ LOG_FORMAT: 'pretty' }, 'sync')).toBe(0);
    expect(await run({}, 'status', '--json')).toBe(0);
    expect(await run({}, 'config')).toBe(0);
    expect(await run({ MONGODB_URI: address('canary-that-is-wrong') }, 'status')).toBe(1);
    const code = simulator.grant(athleteId);
    secrets.add(code);
    expect(await run({}, 'auth', '--code', code)).toBe(0);
    expect(await run({}, 'auth', '--code', code)).toBe(3);
    simulator.deauthorize(athleteId);
    expect(await run({}, 'sync')).toBe(3);
    expect(secrets.size).toBeGreaterThan(5);
    for (const secret of [...secrets, 'canary-that-is-wrong']) {
      expect(outputs.filter((output) => output.includes(secret))).toEqual([]);
    }
    await db.command({ dropUser: 'canary' });
  });
});
