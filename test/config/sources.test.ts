import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../src/config/load.ts';
import { createProjectFolder, mistakesOf, realConfigDir } from './project-folder.ts';

type Variables = Readonly<Record<string, string>>;

const withFile = (content: object | string, env: Variables = {}) => {
  using project = createProjectFolder();
  project.write('config/local.json', content);
  return mistakesOf({ env, configDir: project.configDir });
};

const withVariables = (env: Variables) => {
  using project = createProjectFolder();
  return mistakesOf({ env, configDir: project.configDir });
};

describe('a file', () => {
  it('may write numbers, switches and lists as JSON does, or as text', () => {
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

  it('sets nothing by null or an empty text', () => {
    using project = createProjectFolder();
    project.write('config/local.json', { sync: { since: null, schedule: '' } });
    const { sync } = loadConfig({ env: {}, configDir: project.configDir });
    expect(sync.since).toBeUndefined();
    expect(sync.schedule).toBe('*/15 * * * *');
  });

  it('is read with a byte order mark as well', () => {
    expect(withFile('\uFEFF{"log": {"level": "warn"}}')).toEqual([]);
  });

  it.each([
    ['', 'line 1, column 1'],
    ['{"log": {"level": "warn",}}', 'line 1, column 26'],
    ['{\n  "log": {"level": "warn"}\n  "sync": {}\n}', 'line 3, column 3'],
    ['{\r\n  // mine\r\n}', 'line 2, column 3'],
    ["{'log': {}}", 'line 1, column 2'],
    ['{"log": {"level": warn}}', 'line 1, column 19'],
    ['{"log": {"level": "warn}}', 'line 1, column 19'],
    ['{"log": {"level": "warn"}', 'line 1, column 26'],
    ['{"log": {}} {}', 'line 1, column 13'],
    ['{"strava": {"scopes": ["read" "read"]}}', 'line 1, column 31'],
    ['{"strava": {"quota": {"short": 01}}}', 'line 1, column 33'],
    ['{"log": {"level": "a\tb"}}', 'line 1, column 19'],
    ['{"log": {"level"}}', 'line 1, column 17'],
  ])('that is not JSON is refused with its place: %j', (content, place) => {
    const errors = withFile(content);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`config/local.json, ${place}: is not JSON`);
    expect(errors[0]).not.toContain('warn');
  });

  it.each(['[]', '"text"', 'null', '12'])('must hold an object, not %s', (content) => {
    expect(withFile(content)).toEqual([
      expect.stringMatching(/^config\/local\.json: must hold one/),
    ]);
  });

  it.each([
    [{ stava: { clientId: '1' } }, 'stava', 'strava'],
    [{ strava: { clientid: '1' } }, 'strava.clientid', 'strava.clientId'],
    [{ strava: { client_id: '1' } }, 'strava.client_id', 'strava.clientId'],
    [{ strava: { quota: { shrt: 1 } } }, 'strava.quota.shrt', 'strava.quota.short'],
    [{ STRAVA_CLIENT_ID: '1' }, 'STRAVA_CLIENT_ID', 'strava.clientId'],
    [{ data_dir: '1' }, 'data_dir', 'dataDir'],
  ])('with the unknown key of %j is refused: %s, did you mean %s?', (content, key, meant) => {
    expect(withFile(content)).toEqual([
      `config/local.json, ${key}: is not a setting; did you mean ${meant}?`,
    ]);
  });

  it.each(['{"weather": "fine"}', '{"toString": 1}', '{"strava": {"constructor": {}}}'])(
    'with a key like nothing known is refused without a guess: %j',
    (content) => {
      expect(withFile(content)).toEqual([expect.stringMatching(/is not a setting; one is/)]);
    },
  );

  it('cannot reach a prototype', () => {
    expect(withFile('{"__proto__": {"polluted": "yes"}}')).toHaveLength(1);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it.each([
    [{ strava: 'mine' }, 'config/local.json, strava: must be a section'],
    [{ strava: null }, 'config/local.json, strava: must be a section'],
    [{ dataDir: {} }, 'config/local.json, dataDir: must be a single value; for example ./data'],
    [{ strava: { scopes: [1] } }, 'config/local.json, strava.scopes: must be a single value'],
  ])('with a value of the wrong shape is refused: %j', (content, error) => {
    expect(withFile(content)).toEqual([expect.stringContaining(error)]);
  });

  it('that cannot be read is a mistake, other than one that does not exist', () => {
    using project = createProjectFolder();
    mkdirSync(path.join(project.configDir, 'secrets.json'), 0o700);
    expect(mistakesOf({ env: {}, configDir: project.configDir })).toEqual([
      'config/secrets.json: cannot be read (EISDIR)',
    ]);
  });

  it('made by copying the example unchanged is refused with what to do', () => {
    using project = createProjectFolder();
    const example = path.join(realConfigDir, 'secrets.example.json');
    cpSync(example, path.join(project.configDir, 'secrets.json'));
    expect(mistakesOf({ env: {}, configDir: project.configDir })).toEqual([
      expect.stringMatching(
        /^config\/secrets\.json, strava\.clientSecret: is still the placeholder .*strava\.com\/settings\/api/,
      ),
    ]);
    project.write(
      'config/secrets.json',
      readFileSync(example, 'utf8').replace('put-your-client-secret-here', 'a1b2c3'),
    );
    expect(mistakesOf({ env: {}, configDir: project.configDir })).toEqual([]);
  });

  it.each([
    [0o600, 0],
    [0o640, 1],
    [0o604, 1],
    [0o644, 1],
  ])('of secrets with mode %o leads to %d warnings', (mode, count) => {
    using project = createProjectFolder();
    project.write('config/secrets.json', {}, mode);
    const { warnings } = loadConfig({ env: {}, configDir: project.configDir });
    expect(warnings).toHaveLength(count);
    for (const warning of warnings) expect(warning).toContain('chmod 600 config/secrets.json');
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
  ])('that is unknown is refused: %s, did you mean %s?', (name, meant) => {
    expect(withVariables({ [name]: 'x' })).toEqual([
      `${name}: is not a setting; did you mean ${meant}?`,
    ]);
  });

  it('that is like nothing known is refused without a guess', () => {
    expect(withVariables({ STRAVA_TRANSIENT: 'fine', SYNC_PLAYLISTS: '1' })).toEqual([
      expect.stringMatching(/^STRAVA_TRANSIENT: is not a setting; one is for example/),
      expect.stringMatching(/^SYNC_PLAYLISTS: is not a setting; one is for example/),
    ]);
  });

  it('that is empty is unset, whatever its name', () => {
    expect(
      withVariables({ STRAVA_TRANSIENT: '', LOG_LEVEL: '', STRAVA_CLIENT_ID_FILE: '' }),
    ).toEqual([]);
  });

  it('of another program stops nothing', () => {
    const env = {
      PATH: '/bin',
      MONGODB_VERSION: '6',
      LOG_DIR: '/x',
      HTTP_PROXY: 'x',
      LOGLEVEL: '1',
    };
    using project = createProjectFolder();
    expect(loadConfig({ env, configDir: project.configDir }).warnings).toEqual([]);
  });

  it('that misses ours by a letter under a shared prefix leads to a warning', () => {
    using project = createProjectFolder();
    const warnings = (env: Variables) =>
      loadConfig({ env, configDir: project.configDir }).warnings.join();
    expect(warnings({ MONGODB_URL: 'mongodb://h' })).toContain('MONGODB_URI is one');
    expect(warnings({ MONGODB_URL: 'mongodb://h', MONGODB_URI: 'mongodb://h' })).toBe('');
  });

  it('that is unknown is refused as an override, whatever its prefix', () => {
    using project = createProjectFolder();
    const overrides = { LOG_LEVELS: 'info' };
    expect(mistakesOf({ env: {}, overrides, configDir: project.configDir })).toEqual([
      'LOG_LEVELS: is not a setting; did you mean LOG_LEVEL?',
    ]);
  });
});

describe('a file that a variable names', () => {
  it('holds the value, with or without an end of line, and wins over the files of configuration', () => {
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
    'beside %s itself is a contradiction',
    (name) => {
      const errors = withVariables({ [name]: '1', [`${name}_FILE`]: '/dev/null' });
      expect(errors).toEqual([`${name}_FILE: ${name} is set as well; set only one of the two`]);
    },
  );

  it.each([
    ['nowhere', 'ENOENT'],
    ['config', 'EISDIR'],
    ['empty', 'it is empty'],
  ])('%s is refused (%s) without its path', (file, reason) => {
    using project = createProjectFolder();
    project.write('empty', '\n');
    const filePath = path.join(project.dir, file);
    const env = { STRAVA_CLIENT_SECRET_FILE: filePath };
    const errors = mistakesOf({ env, configDir: project.configDir });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^STRAVA_CLIENT_SECRET_FILE: /);
    expect(errors[0]).toContain(`(${reason})`);
    expect(errors[0]).not.toContain(filePath);
  });

  it('gives its name to what is wrong with the value', () => {
    using project = createProjectFolder();
    const env = { STRAVA_CLIENT_ID_FILE: project.write('id', 'my app') };
    expect(mistakesOf({ env, configDir: project.configDir })[0]).toMatch(
      /^STRAVA_CLIENT_ID_FILE: /,
    );
  });
});
