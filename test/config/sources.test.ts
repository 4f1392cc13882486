import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../src/config/load.ts';
import { createProjectFolder, problemsOf, realConfigDir } from './project-folder.ts';

type Variables = Readonly<Record<string, string>>;

const withFile = (content: object | string, env: Variables = {}) => {
  using project = createProjectFolder();
  project.write('config/local.json', content);
  return problemsOf({ env, configDir: project.configDir });
};

const withVariables = (env: Variables) => {
  using project = createProjectFolder();
  return problemsOf({ env, configDir: project.configDir });
};

describe('a configuration file', () => {
  it('a configuration file may hold numbers, switches and lists as JSON does, or as text', () => {
    using project = createProjectFolder();
    const scopes = ['read', 'activity:read'];
    project.write('config/local.json', {
      strava: { clientId: 12345, scopes, quota: { short: 7, daily: '70', allowHigher: true } },
      sync: { streams: 'false' },
    });
    const { strava, sync } = loadConfig({ env: {}, configDir: project.configDir });
    expect(strava).toMatchObject({ clientId: '12345', scopes, quota: { short: 7, daily: 70 } });
    expect(strava.quota.isHigherAllowed).toBe(true);
    expect(sync.shouldFetchStreams).toBe(false);
  });

  it('a configuration file leaves a setting unset by null or an empty text', () => {
    using project = createProjectFolder();
    project.write('config/local.json', { sync: { since: null, schedule: '' } });
    const { sync } = loadConfig({ env: {}, configDir: project.configDir });
    expect(sync.since).toBeUndefined();
    expect(sync.schedule).toBe('*/15 * * * *');
  });

  it('a configuration file of configuration may begin with a byte order mark', () => {
    expect(withFile('\uFEFF{"log": {"level": "warn"}}')).toEqual([]);
  });

  it.each([
    ['', 'line 1, column 1'],
    ['{"log": {"level": "warn",}}', 'line 1, column 26'],
    ['{\n  "log": {"level": "warn"}\n  "sync": {}\n}', 'line 3, column 3'],
    ['{\r\n  // mine\r\n}', 'line 2, column 3'],
    ["{'log': {}}", 'line 1, column 2'],
    ['{"log": {"level": warn}}', 'line 1, column 19'],
    ['{"log": {"level": "warn}}', 'line 1, column 26'],
    ['{\n  "log": {"level": warn},\n  "sync": {}\n}', 'line 2, column 20'],
    ['{"strava": {"scopes": ["read",]}}', 'line 1, column 31'],
    ['undefined', 'line 1, column 1'],
    ['{"log": {"level": "warn"}', 'line 1, column 26'],
    ['{"log": {}} {}', 'line 1, column 13'],
    ['{"strava": {"scopes": ["read" "read"]}}', 'line 1, column 31'],
    ['{"strava": {"quota": {"short": 01}}}', 'line 1, column 33'],
    ['{"log": {"level": "a\tb"}}', 'line 1, column 21'],
    ['{"log": {"level"}}', 'line 1, column 17'],
  ])(
    'a configuration file of configuration that is not JSON is rejected with line and column: %j',
    (content, place) => {
      const problems = withFile(content);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(`config/local.json, ${place}: is not JSON`);
      expect(problems[0]).not.toContain('warn');
    },
  );

  it('a configuration file of configuration is rejected at the right place, however much is right before it', () => {
    const json = JSON.stringify({ a: [1, 2, { b: null }], c: 'x', d: true }, undefined, 2);
    const lines = json.split('\n');
    for (const [index, line] of lines.entries()) {
      const column = line.search(/\S/);
      const broken = lines.with(index, `${line.slice(0, column)}§${line.slice(column)}`).join('\n');
      const place = `config/local.json, line ${index + 1}, column ${column + 1}: `;
      expect(withFile(broken)).toEqual([expect.stringContaining(place)]);
    }
  });

  it.each(['[]', '"text"', 'null', '12'])(
    'a configuration file of configuration must hold an object, not %s',
    (content) => {
      expect(withFile(content)).toEqual([
        expect.stringMatching(/^config\/local\.json: must hold one/),
      ]);
    },
  );

  it.each([
    [{ stava: { clientId: '1' } }, 'stava', 'strava'],
    [{ strava: { clientid: '1' } }, 'strava.clientid', 'strava.clientId'],
    [{ strava: { client_id: '1' } }, 'strava.client_id', 'strava.clientId'],
    [{ strava: { quota: { shrt: 1 } } }, 'strava.quota.shrt', 'strava.quota.short'],
    [{ STRAVA_CLIENT_ID: '1' }, 'STRAVA_CLIENT_ID', 'strava.clientId'],
    [{ data_dir: '1' }, 'data_dir', 'dataDir'],
  ])(
    'a configuration file rejects the unknown key of %j: %s, did you mean %s?',
    (content, key, meant) => {
      expect(withFile(content)).toEqual([
        `config/local.json, ${key}: is not a setting; did you mean ${meant}?`,
      ]);
    },
  );

  it.each(['{"forecast": "fine"}', '{"toString": 1}', '{"strava": {"constructor": {}}}'])(
    'a configuration file rejects a key like nothing known without a guess: %j',
    (content) => {
      expect(withFile(content)).toEqual([
        expect.stringMatching(/is not a setting \(docs\/configuration\.md lists them\)/),
      ]);
    },
  );

  it('a configuration file of configuration cannot reach a prototype', () => {
    expect(withFile('{"__proto__": {"polluted": "yes"}}')).toHaveLength(1);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it.each([
    [{ strava: 'mine' }, 'config/local.json, strava: must be a section'],
    [{ strava: null }, 'config/local.json, strava: must be a section'],
    [{ dataDir: {} }, 'config/local.json, dataDir: must be a single value; for example ./data'],
    [{ strava: { scopes: [1] } }, 'config/local.json, strava.scopes: must be a single value'],
  ])('a configuration file rejects a value of the wrong shape: %j', (content, problem) => {
    expect(withFile(content)).toEqual([expect.stringContaining(problem)]);
  });

  it('a configuration file of configuration may be missing, but an unreadable one is a problem', () => {
    using project = createProjectFolder();
    mkdirSync(path.join(project.configDir, 'secrets.json'), 0o700);
    expect(problemsOf({ env: {}, configDir: project.configDir })).toEqual([
      'config/secrets.json: cannot be read (EISDIR)',
    ]);
  });

  it('a configuration file of secrets that is the unchanged example is rejected with what to do', () => {
    using project = createProjectFolder();
    const example = path.join(realConfigDir, 'secrets.example.json');
    cpSync(example, path.join(project.configDir, 'secrets.json'));
    expect(problemsOf({ env: {}, configDir: project.configDir })).toEqual([
      expect.stringMatching(
        /^config\/secrets\.json, strava\.clientSecret: is still the placeholder .*strava\.com\/settings\/api/,
      ),
    ]);
    project.write(
      'config/secrets.json',
      readFileSync(example, 'utf8').replace('put-your-client-secret-here', 'a1b2c3'),
    );
    expect(problemsOf({ env: {}, configDir: project.configDir })).toEqual([]);
  });

  it.each([
    [0o600, 0],
    [0o640, 1],
    [0o604, 1],
    [0o644, 1],
  ])('a configuration file of secrets with mode %o leads to %d warnings', (mode, count) => {
    using project = createProjectFolder();
    project.write('config/secrets.json', {}, mode);
    const { warnings } = loadConfig({ env: {}, configDir: project.configDir });
    expect(warnings).toHaveLength(count);
    for (const warning of warnings) expect(warning).toContain('chmod 600 config/secrets.json');
  });

  it('a configuration file of secrets that others can change leads to a warning', () => {
    using project = createProjectFolder();
    project.write('config/secrets.json', {}, 0o666);
    const { warnings } = loadConfig({ env: {}, configDir: project.configDir });
    expect(warnings.join()).toContain('config/secrets.json can be read and changed by other users');
  });

  it.each([
    [{ strava: { clientSecret: 'fresh' } }, 1],
    [{ sync: { since: '2019' } }, 0],
  ])('local.json with %j that others can read leads to %d warnings', (content, count) => {
    using project = createProjectFolder();
    project.write('config/local.json', content, 0o644);
    const { warnings } = loadConfig({ env: {}, configDir: project.configDir });
    expect(warnings).toHaveLength(count);
    for (const warning of warnings) expect(warning).toContain('chmod 600 config/local.json');
  });
});

describe('a variable', () => {
  it.each([
    ['STRAVA_CLIENTID', 'STRAVA_CLIENT_ID'],
    ['STRAVA_CLIENT_SECRTE', 'STRAVA_CLIENT_SECRET'],
    ['STRAVA_CLIENT_SECRET_FIEL', 'STRAVA_CLIENT_SECRET_FILE'],
    ['STRAVA_QUOTA_SHORT_WINDOWS', 'STRAVA_QUOTA_SHORT_WINDOW'],
    ['SYNC_SCHEDUL', 'SYNC_SCHEDULE'],
    ['SYNC_TIME_ZONE', 'SYNC_TIMEZONE'],
  ])('a variable is unknown and rejected: %s, did you mean %s?', (name, meant) => {
    expect(withVariables({ [name]: 'x' })).toEqual([
      `${name}: is not a setting; did you mean ${meant}?`,
    ]);
  });

  it.each([
    'STRAVA_FORECAST',
    'MONGODB_VERSION',
    'SYNC_PLAYLISTS',
    'RECONCILE_NEVER',
    'KEEP_EVERYTHING',
    'ATHLETE_HEIGHT',
    'HTTP_COOKIES',
    'WEBHOOK_SECRET_NAME',
    'NOTIFY_NOBODY',
    'LOG_DIRECTORY',
    'PAGE_TITLE',
  ])(
    'a variable with one of our prefixes is rejected where it is like nothing known: %s',
    (name) => {
      expect(withVariables({ [name]: 'x' })).toEqual([
        expect.stringMatching(
          new RegExp(`^${name}: is not a setting \\(docs/configuration.md lists`),
        ),
      ]);
    },
  );

  it.each([
    ['RETENTION_DAY', 'RETENTION_DAYS'],
    ['DATA_DIRS', 'DATA_DIR'],
    ['TOKEN_KEYS_FILE', 'TOKEN_KEY_FILE'],
    ['LEASE_DURATOIN', 'LEASE_DURATION'],
    ['AUTH_PROT', undefined],
    ['AUTHPORT', 'AUTH_PORT'],
    ['STRVA_CLIENT_ID', 'STRAVA_CLIENT_ID'],
    ['DATA_DIRECTORY', undefined],
    ['HTTPS_PORT', undefined],
    ['LOGLEVEL', undefined],
  ])(
    'a variable without one of our prefixes is rejected only as a misspelt one of ours: %s, %s',
    (name, meant) => {
      const problem = `${name}: is not a setting; did you mean ${meant ?? ''}?`;
      expect(withVariables({ [name]: '7' })).toEqual(meant === undefined ? [] : [problem]);
    },
  );

  it('a variable near to one of ours is accepted while ours is set', () => {
    expect(withVariables({ DATA_DIRS: '/x', DATA_DIR: '/y' })).toEqual([]);
  });

  it('a variable counts as unset while it is empty, whatever its name', () => {
    expect(
      withVariables({ STRAVA_FORECAST: '', LOG_LEVEL: '', STRAVA_CLIENT_ID_FILE: '' }),
    ).toEqual([]);
  });

  it('a variable of another program is ignored', () => {
    const env = {
      PATH: '/bin',
      HTTP_PROXY: 'x',
      http_proxy: 'x',
      NOTIFY_SOCKET: '/run/notify',
      MONGODB_SERVICE_HOST: '10.0.0.1',
      MONGODB_PORT_27017_TCP_ADDR: '10.0.0.1',
    };
    expect(withVariables(env)).toEqual([]);
  });
});

describe('a secret file', () => {
  it('a secret file of a variable wins over the configuration files, with or without an end of line', () => {
    using project = createProjectFolder();
    project.write('config/local.json', { strava: { clientId: '1', clientSecret: 'old' } });
    const env = {
      STRAVA_CLIENT_ID_FILE: project.write('id', '777'),
      STRAVA_CLIENT_SECRET_FILE: project.write('secret', 'fresh\r\n'),
      MONGODB_URI_FILE: 'uri',
    };
    project.write('uri', 'mongodb://u:p@127.0.0.1\n');
    const { strava, mongodb } = loadConfig({ env, configDir: project.configDir });
    expect(strava).toMatchObject({ clientId: '777', clientSecret: 'fresh' });
    expect(mongodb.uri).toBe('mongodb://u:p@127.0.0.1');
  });

  it.each(['STRAVA_CLIENT_ID', 'STRAVA_CLIENT_SECRET', 'MONGODB_URI'])(
    'a secret file is a contradiction beside %s itself',
    (name) => {
      const problems = withVariables({ [name]: '1', [`${name}_FILE`]: '/dev/null' });
      expect(problems).toEqual([`${name}_FILE: ${name} is set as well; set only one of the two`]);
    },
  );

  it.each([
    ['nowhere', 'ENOENT'],
    ['config', 'EISDIR'],
    ['empty', 'it is empty'],
    ['pipe', 'it is not a regular file'],
    ['huge', 'it is larger than 1 MiB'],
  ])('a secret file at %s is rejected (%s) without its path', (file, reason) => {
    using project = createProjectFolder();
    project.write('empty', '\n');
    project.write('huge', 'x'.repeat(1_048_577));
    execFileSync('mkfifo', [path.join(project.dir, 'pipe')]);
    const filePath = path.join(project.dir, file);
    const env = { STRAVA_CLIENT_SECRET_FILE: filePath };
    const problems = problemsOf({ env, configDir: project.configDir });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^STRAVA_CLIENT_SECRET_FILE: /);
    expect(problems[0]).toContain(`(${reason})`);
    expect(problems[0]).not.toContain(filePath);
  });

  it('a secret file is read through a link, and without a byte order mark', () => {
    using project = createProjectFolder();
    const link = path.join(project.dir, 'link');
    symlinkSync(project.write('secret', '\uFEFFfresh\n'), link);
    const env = { STRAVA_CLIENT_SECRET_FILE: link };
    expect(loadConfig({ env, configDir: project.configDir }).strava.clientSecret).toBe('fresh');
  });

  it.each([
    ['STRAVA_CLIENT_SECRET_FILE', 0o644, 'read'],
    ['STRAVA_CLIENT_SECRET_FILE', 0o602, 'changed'],
    ['STRAVA_CLIENT_SECRET_FILE', 0o600, undefined],
    ['STRAVA_CLIENT_ID_FILE', 0o644, undefined],
  ])(
    'a secret file of %s with mode %o that others can use (%s) leads to a warning',
    (name, mode, exposure) => {
      using project = createProjectFolder();
      const env = { [name]: project.write('value', '123', mode) };
      const { warnings } = loadConfig({ env, configDir: project.configDir });
      expect(warnings).toEqual(
        exposure === undefined
          ? []
          : [
              `The file of ${name} can be ${exposure} by other users of this machine; \`chmod 600\` ends that.`,
            ],
      );
    },
  );

  it('a secret file is named where its value is wrong', () => {
    using project = createProjectFolder();
    const env = { STRAVA_CLIENT_ID_FILE: project.write('id', 'my app') };
    expect(problemsOf({ env, configDir: project.configDir })[0]).toMatch(
      /^STRAVA_CLIENT_ID_FILE: /,
    );
  });
});
