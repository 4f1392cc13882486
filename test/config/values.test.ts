import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../src/config/load.ts';
import { allSettings } from '../../src/config/settings.ts';
import { heartrateBounds } from '../../src/domain/athlete-settings.ts';
import { createProjectFolder, problemsOf } from './project-folder.ts';

const withVariable = (name: string, value: string) => {
  using project = createProjectFolder();
  return problemsOf({ env: { ...neededBy(name), [name]: value }, configDir: project.configDir });
};

/** What a setting is nothing without. */
const needed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  NOTIFY_NEW_ACTIVITY: { NOTIFY_COMMAND: 'tell me' },
  PAGE_HOST: { PAGE_PASSWORD_FILE: '/run/secrets/page' },
  PAGE_TRUST_PROXY: { PAGE_PASSWORD_FILE: '/run/secrets/page' },
  PAGE_AUTH: { PAGE_TRUST_PROXY: 'true' },
  PAGE_TILES_URL: { PAGE_TILES_ATTRIBUTION: 'somebody' },
  PAGE_TILES_ATTRIBUTION: { PAGE_TILES_URL: 'https://x/{z}/{x}/{y}' },
};

const neededBy = (name: string) => needed[name] ?? {};

describe('a wrong value', () => {
  it.each([
    ['STRAVA_CLIENT_ID', ['abc', '12a', '-1', '1.5', ' 12345', '1e5', '0x1F'], 'digits only'],
    ['STRAVA_CLIENT_SECRET', ['two words', 'tail\n', 'päss'], 'one word'],
    ['STRAVA_CLIENT_SECRET', ['put-your-client-secret-here'], 'placeholder'],
    [
      'STRAVA_API_URL',
      ['strava', '//x', 'https://', 'http://a b/', ' https://x'],
      'http(s) address',
    ],
    ['STRAVA_API_URL', ['ftp://x/', 'mailto:a@b'], 'http:// or https://'],
    [
      'STRAVA_API_URL',
      ['http://www.strava.com/api/v3', 'http://127.0.0.1.example.org/', 'http://10.0.0.1/'],
      'requests carry tokens',
    ],
    ['STRAVA_OAUTH_URL', ['http://localhost.example.org/oauth'], 'requests carry tokens'],
    [
      'STRAVA_API_URL',
      ['https://u@x/', 'https://u:p@x/', 'https://:p@x/'],
      'user name or password',
    ],
    ['STRAVA_OAUTH_URL', ['https://x/?a=1', 'https://x/?', 'https://x/#a', 'https://x#'], 'query'],
    ['STRAVA_SCOPES', ['activity:read,write', 'activity:read,,read', 'ACTIVITY:READ'], 'scopes'],
    ['SYNC_PHOTOS', ['true', 'all'], 'one of none, addresses, files'],
    ['SYNC_SPORTS', ['Runn', 'run', 'Run,Runn'], 'did you mean Run?'],
    ['SYNC_SPORTS', ['Run,,Ride', 'Underwater Hockey'], 'they are AlpineSki, '],
    ['STRAVA_SCOPES', ['read', 'read,profile:read_all'], 'activity:read'],
    ['STRAVA_QUOTA_SHORT', ['0', '-1', '7x', '1.5', '1e3', '007', ' 7', 'many'], 'whole number'],
    ['STRAVA_QUOTA_DAILY', ['0', '9007199254740993'], 'of at least 1'],
    ['STRAVA_QUOTA_SHORT_WINDOW', ['15', '15 m', '999ms', '0s', '400d'], 'from 1s to 366d'],
    ['STRAVA_QUOTA_DAILY_WINDOW', ['day', '1w', '1.5h'], 'length of time'],
    ['STRAVA_QUOTA_ALLOW_HIGHER', ['yes', '1', 'True', 'TRUE', 'on'], 'true or false'],
    ['STRAVA_TIMEOUT', ['0s', '60', '25d'], 'from 1ms to 1h'],
    ['STRAVA_STREAMS_MAX_MB', ['0', '501', '64MB'], 'from 1 to 500'],
    ['MONGODB_URI', ['localhost', 'http://x', 'mongo://x', 'MONGODB://x'], 'mongodb:// or'],
    [
      'MONGODB_URI',
      ['mongodb://', 'mongodb://h:99999/', 'mongodb://h/?nonsense=1'],
      'MongoDB accepts',
    ],
    ['MONGODB_URI', ['mongodb://u:p@ss@h/', 'mongodb://u:%zz@h/'], 'percent-encoded'],
    ['MONGODB_URI', ['mongodb+srv://a.example.net:27017/'], 'MongoDB accepts'],
    ['MONGODB_URI', ['mongodb://h /', 'mongodb://h\n'], 'spaces'],
    ['MONGODB_DATABASE', ['a b', 'a/b', 'a.b', '$a', 'x'.repeat(64)], '1 to 63 characters'],
    ['MONGODB_DATABASE', ['admin', 'local', 'config'], "MongoDB's own"],
    ['MONGODB_PORT', ['0', '65536', '-1', '27017x'], 'from 1 to 65535'],
    ['AUTH_PORT', ['65536', 'http'], 'from 0 to 65535'],
    ['PAGE', ['yes', 'off', '0'], 'true or false'],
    ['PAGE_HOST', ['http://127.0.0.1', 'a b'], 'host name or an IP address'],
    ['PAGE_PORT', ['65536', '-1'], 'from 0 to 65535'],
    ['PAGE_AUTH', ['None', 'proxy'], 'one of password, none'],
    ['PAGE_TRUST_PROXY', ['1'], 'true or false'],
    [
      'PAGE_TILES_URL',
      [
        'https://x/',
        'https://x/{z}/{x}',
        'ftp://x/{z}/{x}/{y}',
        '//x/{z}/{x}/{y}',
        'https://{s}.x/{z}/{x}/{y}',
      ],
      'with {z}, {x} and {y}',
    ],
    ['PAGE_TILES_URL', ['https://u:p@x/{z}/{x}/{y}'], 'user name or password'],
    ['PAGE_TILES_ATTRIBUTION', [' ', 'a\nb'], 'one line'],
    ['DATA_DIR', [' '], 'a path'],
    ['LEASE_DURATION', ['99ms', '15', '2d'], 'from 100ms to 1d'],
    ['EXPORT_HIDE', ['48,16', '48,16,500;', '91,16,500', '48,16,0', 'home'], 'LAT,LNG,METRES'],
    ['SYNC_SINCE', ['tomorrow', '2019-02-30', '2019-13', '01.03.2019', '90'], 'a date'],
    ['SYNC_SCHEDULE', ['@daily', '* * * *', '* * * * * * *', '61 * * * *', 'often'], 'cron fields'],
    ['SYNC_TIMEZONE', ['Mars/Olympus', '+01:00', 'Vienna', 'GMT+25'], 'time zone'],
    ['SYNC_STREAMS', ['no', '0'], 'true or false'],
    ['SYNC_TRACK', ['full', 'Streams'], 'summary, streams'],
    [
      'ATHLETE_RESTING_HEARTRATE',
      ['24', '111', '50.5', 'fifty', '50,46', '50,', '1001:', ':50', '1001:24', '7:50,7:51'],
      'a whole number from 25 to 110',
    ],
    ['ATHLETE_MAX_HEARTRATE', ['119', '251', '0:188', 'Ada:188', '1001:188:2'], 'from 120 to 250'],
    ['ATHLETE_SEX', ['F', 'Male', 'male,female', '1001:none'], 'male or female'],
    ['LOG_LEVEL', ['loud', 'INFO'], 'trace, debug, info, warn, error, fatal, silent'],
    ['LOG_FORMAT', ['text', 'JSON'], 'pretty, json'],
  ])('a wrong value of %s is rejected with its rule and an example: %j', (name, values, rule) => {
    const example = allSettings.find(({ env }) => env === name)?.example ?? 'none';
    for (const value of values) {
      const problems = withVariable(name, value);
      expect(problems, value).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^${name}: `));
      expect(problems[0]).toContain(rule);
      expect(problems[0]?.endsWith(`; for example ${example}`)).toBe(true);
    }
  });

  it('a wrong value is repeated in the message where it is short and no secret', () => {
    expect(withVariable('STRAVA_QUOTA_SHORT', '7x')[0]).toContain('not "7x"');
    expect(withVariable('LOG_LEVEL', 'a\nb')[0]).toContain(String.raw`not "a\nb"`);
    expect(withVariable('LOG_LEVEL', 'a\u2028b')[0]).toContain('not "a\u2028b"');
    expect(withVariable('LOG_LEVEL', 'f'.repeat(40))[0]).not.toContain('ffff');
  });

  it('a wrong value of a short window longer than the daily one is rejected where the user wrote it', () => {
    using project = createProjectFolder();
    const load = (env: Record<string, string>) => problemsOf({ env, configDir: project.configDir });
    expect(load({ STRAVA_QUOTA_SHORT_WINDOW: '2d' })).toEqual([
      'STRAVA_QUOTA_SHORT_WINDOW: must be no longer than the daily window, 1d; for example 15m',
    ]);
    expect(load({ STRAVA_QUOTA_DAILY_WINDOW: '10m' })).toEqual([
      'STRAVA_QUOTA_DAILY_WINDOW: must be no shorter than the short window, 15m; for example 24h',
    ]);
    expect(load({ STRAVA_QUOTA_DAILY_WINDOW: '15m' })).toEqual([]);
    expect(load({ STRAVA_QUOTA_SHORT_WINDOW: '2d', LOG_LEVEL: 'loud' })).toHaveLength(2);
    expect(load({ STRAVA_QUOTA_SHORT_WINDOW: '2d', STRAVA_QUOTA_DAILY_WINDOW: '1' })).toHaveLength(
      1,
    );
  });
});

describe('a right value', () => {
  it('a right value for each setting is its own example', () => {
    for (const { env: name, example } of allSettings) {
      expect(withVariable(name, example), name).toEqual([]);
    }
  });

  it("a right value of a heart rate is one that the questions' parameters take too", () => {
    const bounds = (name: string) => {
      const { min, max } = allSettings.find(({ env }) => env === name) ?? {};
      return { min, max };
    };
    expect(bounds('ATHLETE_RESTING_HEARTRATE')).toEqual(heartrateBounds.resting);
    expect(bounds('ATHLETE_MAX_HEARTRATE')).toEqual(heartrateBounds.highest);
    expect(heartrateBounds.resting.max).toBeLessThan(heartrateBounds.highest.min);
  });

  it.each([
    ['SYNC_SCHEDULE', ['*/5 * * * * *', '0 3 * * mon', '0 6,18 * * *']],
    ['SYNC_SINCE', ['2019', '2019-03', '2019-03-01', '2019-03-01T06:30:00+01:00', '90d']],
    ['SYNC_TIMEZONE', ['UTC', 'Etc/UTC', 'America/Argentina/Ushuaia']],
    [
      'MONGODB_URI',
      ['mongodb://u:p%40ss@a:27017,b:27018/x?replicaSet=rs', 'mongodb+srv://c.example.net/'],
    ],
    ['LEASE_DURATION', ['100ms']],
    ['STRAVA_QUOTA_SHORT_WINDOW', ['1s']],
    ['STRAVA_CLIENT_ID', ['1', '0012345']],
    ['ATHLETE_RESTING_HEARTRATE', ['25', '110', '1001:46', '1001:46, 50', '1001:46,1002:50']],
    ['ATHLETE_SEX', ['female', '1001:female,1002:male']],
  ])('a right value of %s can be %j', (name, values) => {
    for (const value of values) expect(withVariable(name, value), value).toEqual([]);
  });

  it('a right value arrives in the configuration with its type and unit', () => {
    using project = createProjectFolder();
    const env = {
      STRAVA_CLIENT_ID: '0012345',
      STRAVA_CLIENT_SECRET: 'abc',
      STRAVA_API_URL: 'http://127.0.0.1:9000/api/v3//',
      STRAVA_OAUTH_URL: 'http://127.0.0.1:9000/',
      STRAVA_SCOPES: 'read, activity:read,read',
      STRAVA_QUOTA_SHORT: '20',
      STRAVA_QUOTA_SHORT_WINDOW: '5s',
      STRAVA_QUOTA_DAILY: '100',
      STRAVA_QUOTA_DAILY_WINDOW: '90s',
      STRAVA_QUOTA_ALLOW_HIGHER: 'true',
      STRAVA_TIMEOUT: '500ms',
      STRAVA_STREAMS_MAX_MB: '8',
      MONGODB_URI: 'mongodb://127.0.0.1:1',
      MONGODB_DATABASE: 'other',
      MONGODB_PORT: '27300',
      DATA_DIR: 'elsewhere',
      TOKEN_KEY_FILE: 'keys',
      SYNC_SINCE: '90d',
      SYNC_SCHEDULE: '0 * * * *',
      SYNC_TIMEZONE: 'Europe/Vienna',
      SYNC_STREAMS: 'false',
      SYNC_TRACK: 'streams',
      SYNC_DETAILS: 'false',
      SYNC_SEGMENTS: 'true',
      SYNC_ZONES: 'true',
      SYNC_KUDOERS: 'true',
      SYNC_COMMENTS: 'true',
      SYNC_PHOTOS: 'files',
      SYNC_PHOTOS_FOLDER: 'elsewhere/pictures',
      SYNC_SAVED_ROUTES: 'true',
      SYNC_STARRED_SEGMENTS: 'true',
      SYNC_SPORTS: 'Run, TrailRun,Run',
      SYNC_ATHLETE: 'false',
      RECONCILE_RECENT_INTERVAL: '12h',
      RECONCILE_RECENT_PERIOD: '30d',
      RECONCILE_FULL_INTERVAL: '14d',
      RETENTION_DAYS: '7',
      KEEP_CHANGES: '30d',
      KEEP_RUNS: '10d',
      ATHLETE_RESTING_HEARTRATE: '50, 1001:46',
      ATHLETE_MAX_HEARTRATE: '1001:192',
      ATHLETE_SEX: 'female',
      HTTP_HOST: '0.0.0.0',
      HTTP_PORT: '0',
      WEBHOOK_LOOK_INTERVAL: '6h',
      WEBHOOK_DEAUTHORIZATION: 'erase',
      NOTIFY_COMMAND: 'tell me',
      NOTIFY_NEW_ACTIVITY: 'true',
      AUTH_PORT: '0',
      LEASE_DURATION: '2s',
      PAGE: 'false',
      PAGE_HOST: '0.0.0.0',
      PAGE_PORT: '0',
      PAGE_PASSWORD_FILE: 'page-password',
      PAGE_AUTH: 'password',
      PAGE_TRUST_PROXY: 'true',
      PAGE_TILES_URL: 'https://tiles.example.org/{z}/{x}/{y}.png?key=a',
      PAGE_TILES_ATTRIBUTION: '© Contributors',
      PAGE_UNITS: 'imperial',
      EXPORT_HIDE: '48.2082,16.3738,500; -33.87,151.2,1000',
      LOG_LEVEL: 'silent',
      LOG_FORMAT: 'json',
    };
    expect(loadConfig({ env, configDir: project.configDir })).toEqual({
      strava: {
        clientId: '0012345',
        clientSecret: 'abc',
        apiUrl: 'http://127.0.0.1:9000/api/v3',
        oauthUrl: 'http://127.0.0.1:9000',
        scopes: ['read', 'activity:read'],
        quota: {
          short: 20,
          shortWindowMs: 5000,
          daily: 100,
          dailyWindowMs: 90_000,
          isHigherAllowed: true,
        },
        requestTimeoutMs: 500,
        maxStreamsBytes: 8_000_000,
      },
      mongodb: { uri: 'mongodb://127.0.0.1:1', database: 'other', port: 27_300 },
      dataDir: `${project.dir}/elsewhere`,
      photoFiles: { isOn: true, folder: `${project.dir}/elsewhere/pictures` },
      tokenKeyFile: `${project.dir}/keys`,
      sync: {
        since: '90d',
        schedule: '0 * * * *',
        timezone: 'Europe/Vienna',
        shouldFetchStreams: false,
        trackSource: 'streams',
        shouldFetchDetails: true,
        shouldFetchSegments: true,
        lists: ['saved_routes', 'starred_segments'],
        parts: ['zones', 'kudoers', 'comments', 'photos'],
        sports: ['Run', 'TrailRun'],
        shouldFetchAthlete: false,
      },
      reconcile: {
        recentIntervalMs: 12 * 3_600_000,
        recentPeriodMs: 30 * 86_400_000,
        fullIntervalMs: 14 * 86_400_000,
      },
      retentionDays: 7,
      keep: { changesMs: 30 * 86_400_000, runsMs: 10 * 86_400_000 },
      athlete: {
        restingHeartrate: [{ value: 50 }, { athleteId: 1001, value: 46 }],
        maxHeartrate: [{ athleteId: 1001, value: 192 }],
        sex: [{ value: 'female' }],
      },
      http: { host: '0.0.0.0', port: 0 },
      webhook: { pollIntervalMs: 6 * 3_600_000, onDeauthorization: 'erase' },
      notify: { command: 'tell me', isOfNewActivities: true },
      auth: { port: 0 },
      lease: { durationMs: 2000 },
      page: {
        isOn: false,
        host: '0.0.0.0',
        port: 0,
        passwordFile: `${project.dir}/page-password`,
        isLoginOfProxy: false,
        isProxyTrusted: true,
        tiles: {
          url: 'https://tiles.example.org/{z}/{x}/{y}.png?key=a',
          attribution: '© Contributors',
        },
        units: 'imperial',
      },
      export: {
        hide: [
          { lat: 48.2082, lng: 16.3738, meters: 500 },
          { lat: -33.87, lng: 151.2, meters: 1_000 },
        ],
      },
      log: { level: 'silent', format: 'json' },
      warnings: [],
    });
    // Not together with the command.
    const names = [...Object.keys(env), 'NOTIFY_URL'];
    expect(names.toSorted()).toEqual(allSettings.map((setting) => setting.env).toSorted());
  });
});

describe('NOTIFY_NEW_ACTIVITY', () => {
  it.each([
    [
      'true',
      {},
      ['NOTIFY_NEW_ACTIVITY: needs NOTIFY_COMMAND or NOTIFY_URL, which says whom to notify'],
    ],
    ['false', {}, []],
    ['true', { NOTIFY_COMMAND: 'tell' }, []],
    ['true', { NOTIFY_URL: 'https://tell.example.org' }, []],
  ])('%s with %j has the problems %j', (value, receiver, problems) => {
    using project = createProjectFolder();
    const env = { NOTIFY_NEW_ACTIVITY: value, ...receiver };
    expect(problemsOf({ env, configDir: project.configDir })).toEqual(problems);
  });
});
