import { describe, expect, it } from 'vitest';

import { requireClient } from '../../src/config/client.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigurationError, NotSetUpError } from '../../src/errors.ts';
import { createProjectFolder, problemsOf } from './project-folder.ts';

describe('the defaults', () => {
  it('the defaults are a complete configuration by themselves', () => {
    using project = createProjectFolder();
    const config = loadConfig({ env: {}, configDir: project.configDir });
    expect(config.strava.quota).toEqual({
      short: 200,
      shortWindowMs: 900_000,
      daily: 1000,
      dailyWindowMs: 86_400_000,
      isHigherAllowed: false,
    });
    expect(config.strava.apiUrl).toBe('https://www.strava.com/api/v3');
    expect(config.strava.oauthUrl).toBe('https://www.strava.com/oauth');
    expect(config.strava.requestTimeoutMs).toBe(60_000);
    expect(config.mongodb.port).toBe(27_217);
    expect(config.log).toEqual({ level: 'info', format: undefined });
  });

  it('the defaults leave out the optional settings', () => {
    using project = createProjectFolder();
    const config = loadConfig({ env: {}, configDir: project.configDir });
    expect(config.strava).not.toHaveProperty('clientId');
    expect(config.strava).not.toHaveProperty('clientSecret');
    expect(config.mongodb).not.toHaveProperty('uri');
    expect(config.sync).not.toHaveProperty('since');
    expect(config.dataDir).toBe(`${project.dir}/data`);
  });

  it('the defaults are reported by name when their file or an entry of it is missing', () => {
    using project = createProjectFolder();
    project.write('config/default.json', { log: { level: 'info' } });
    const problems = problemsOf({ env: {}, configDir: project.configDir });
    expect(problems).toContain(
      'config/default.json, strava.quota.short: is missing; for example 200',
    );
    expect(problems.join()).not.toContain('log.level');
    using empty = createProjectFolder();
    expect(problemsOf({ env: {}, configDir: `${empty.dir}/nowhere` })[0]).toBe(
      'config/default.json: cannot be read (ENOENT)',
    );
  });
});

describe('precedence', () => {
  it('precedence rises from the defaults over secrets.json and local.json to the environment', () => {
    using project = createProjectFolder();
    const level = (env = {}) => loadConfig({ env, configDir: project.configDir }).log.level;
    expect(level()).toBe('info');
    project.write('config/secrets.json', { log: { level: 'warn' } });
    expect(level()).toBe('warn');
    project.write('config/local.json', { log: { level: 'error' } });
    expect(level()).toBe('error');
    expect(level({ LOG_LEVEL: '' })).toBe('error');
    expect(level({ LOG_LEVEL: 'debug' })).toBe('debug');
  });

  it('precedence is decided setting by setting, so a section is never replaced as a whole', () => {
    using project = createProjectFolder();
    project.write('config/secrets.json', { strava: { clientId: '1', quota: { short: 5 } } });
    project.write('config/local.json', { strava: { quota: { daily: 50 } } });
    const { strava } = loadConfig({ env: {}, configDir: project.configDir });
    expect(strava.clientId).toBe('1');
    expect(strava.quota).toMatchObject({ short: 5, daily: 50, dailyWindowMs: 86_400_000 });
  });

  it('precedence lets a right value win over a wrong one without an error', () => {
    using project = createProjectFolder();
    project.write('config/local.json', { log: { level: 'loud' } });
    const load = (env: object) => problemsOf({ env: { ...env }, configDir: project.configDir });
    expect(load({})).toHaveLength(1);
    expect(load({ LOG_LEVEL: 'info' })).toEqual([]);
  });

  it('precedence reads no environment and no arguments of the process itself', () => {
    using project = createProjectFolder();
    process.env['LOG_LEVEL'] = 'fatal';
    process.argv.push('--LOG_LEVEL=fatal', '--log.level=fatal');
    try {
      expect(loadConfig({ env: {}, configDir: project.configDir }).log.level).toBe('info');
    } finally {
      delete process.env['LOG_LEVEL'];
      process.argv.splice(-2);
    }
  });
});

describe('the result', () => {
  it('the result of loading is frozen at every depth', () => {
    using project = createProjectFolder();
    const config = loadConfig({ env: {}, configDir: project.configDir });
    const assertFrozen = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(assertFrozen);
    };
    assertFrozen(config);
    expect(() => Object.assign(config.strava.quota, { short: 9 })).toThrow(TypeError);
  });
});

describe('problems', () => {
  it('problems are reported all at once, in one error with exit code 2', () => {
    using project = createProjectFolder();
    project.write('config/secrets.json', '{"strava": {"clientId": "1",}}');
    project.write('config/local.json', { stava: {}, sync: { schedule: 'often' } });
    const env = { STRAVA_QUOTA_SHORT: '7x', STRAVA_CLIENTID: '1', SYNC_STREAMS: 'no' };
    let thrown: unknown;
    try {
      loadConfig({ env, configDir: project.configDir });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect(thrown).toMatchObject({ code: 'CONFIGURATION', exitCode: 2 });
    const names = (thrown as ConfigurationError).problems.map((line) => line.split(': ', 1)[0]);
    expect(names.toSorted()).toEqual([
      'STRAVA_CLIENTID',
      'STRAVA_QUOTA_SHORT',
      'SYNC_STREAMS',
      'config/local.json, stava',
      'config/local.json, sync.schedule',
      'config/secrets.json, line 1, column 29',
    ]);
    for (const name of names) expect((thrown as Error).message).toContain(name);
  });
});

describe('the client', () => {
  const load = (env: Record<string, string>) => {
    using project = createProjectFolder();
    return loadConfig({ env, configDir: project.configDir });
  };

  it('the client is returned when id and secret are set', () => {
    const config = load({ STRAVA_CLIENT_ID: '12345', STRAVA_CLIENT_SECRET: 'secret' });
    expect(requireClient(config)).toEqual({ clientId: '12345', clientSecret: 'secret' });
  });

  it('the client without id and secret is one sentence that says how to begin', () => {
    const config = load({});
    expect(() => requireClient(config)).toThrow(NotSetUpError);
    expect(() => requireClient(config)).toThrow(
      /^Not set up yet\. Run npm run init .*or npm run demo/,
    );
  });

  it.each([
    [{ STRAVA_CLIENT_ID: '12345' }, ['STRAVA_CLIENT_SECRET']],
    [{ STRAVA_CLIENT_SECRET: 'secret' }, ['STRAVA_CLIENT_ID']],
  ])(
    'the client loads with only %j, and what is missing is an error when it is needed',
    (env, names) => {
      const config = load(env);
      let problems: readonly string[] = [];
      try {
        requireClient(config);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigurationError);
        problems = (error as ConfigurationError).problems;
      }
      expect(problems.map((line) => line.split(':', 1)[0])).toEqual(names);
      for (const line of problems) {
        expect(line).toContain('https://www.strava.com/settings/api');
        expect(line).toContain('npm run init');
        expect(line).toContain('_FILE');
      }
    },
  );
});
