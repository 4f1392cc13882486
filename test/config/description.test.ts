import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  describeConfig,
  listSettings,
  renderConfigTable,
  renderSettingsTable,
} from '../../src/config/description.ts';
import { allSettings } from '../../src/config/settings.ts';
import { ConfigurationError } from '../../src/errors.ts';
import { createProjectFolder, realConfigDir } from './project-folder.ts';

describe('the description', () => {
  it('says of each setting what it is and who set it', () => {
    using project = createProjectFolder();
    project.write('config/secrets.json', { strava: { clientId: '12345', quota: { short: 1 } } });
    project.write('config/local.json', { strava: { quota: { short: 2, daily: 20 } } });
    const env = {
      STRAVA_QUOTA_DAILY: '30',
      SYNC_SINCE: '',
      MONGODB_URI_FILE: project.write('uri', 'mongodb://h'),
    };
    const overrides = { LOG_LEVEL: 'debug' };
    const rows = describeConfig({ env, overrides, configDir: project.configDir });
    expect(rows.map(({ name }) => name)).toEqual(allSettings.map(({ name }) => name));
    const row = (name: string) => {
      const found = rows.find((candidate) => candidate.name === name);
      return [found?.value, found?.source];
    };
    expect(row('STRAVA_CLIENT_ID')).toEqual(['12345', 'config/secrets.json']);
    expect(row('STRAVA_CLIENT_SECRET')[0]).toMatch(/^unset/);
    expect(row('STRAVA_QUOTA_SHORT')).toEqual(['2', 'config/local.json']);
    expect(row('STRAVA_QUOTA_DAILY')).toEqual(['30', 'variable STRAVA_QUOTA_DAILY']);
    expect(row('MONGODB_URI')).toEqual(['mongodb://h', 'file of MONGODB_URI_FILE']);
    expect(row('SYNC_SINCE')).toEqual(['unset: the whole history', 'default']);
    expect(row('LEASE_DURATION')).toEqual(['15s', 'default']);
    expect(row('DATA_DIR')).toEqual([path.join(project.dir, 'data'), 'default']);
    expect(row('LOG_LEVEL')).toEqual(['debug', 'command line']);
  });

  it('tells the mistakes instead when there are some', () => {
    using project = createProjectFolder();
    const options = { env: { LOG_LEVEL: 'loud' }, configDir: project.configDir };
    expect(() => describeConfig(options)).toThrow(ConfigurationError);
  });

  it('is rendered in columns', () => {
    const table = renderConfigTable([
      { name: 'LOG_LEVEL', value: 'info', source: 'default' },
      { name: 'DATA_DIR', value: '/data', source: 'variable DATA_DIR' },
    ]);
    expect(table.split('\n')).toEqual([
      'SETTING    VALUE  FROM',
      'LOG_LEVEL  info   default',
      'DATA_DIR   /data  variable DATA_DIR',
    ]);
  });
});

describe('the table of settings', () => {
  it('has a row for each setting, with the default as the file writes it', () => {
    const rows = listSettings(realConfigDir);
    expect(rows).toHaveLength(allSettings.length);
    const short = rows.find(({ name }) => name === 'STRAVA_QUOTA_SHORT_WINDOW');
    expect(short).toMatchObject({ keyPath: 'strava.quota.shortWindow', defaultValue: '15m' });
    const markdown = renderSettingsTable(rows);
    expect(markdown).toContain('| `LOG_LEVEL` | `log.level` | `info` | ');
    expect(markdown).toContain('| `MONGODB_URI` | `mongodb.uri` | unset: the embedded server | ');
    for (const line of markdown.split('\n')) expect(line.match(/\|/g)).toHaveLength(5);
  });

  it('names each variable and each key once', () => {
    for (const property of ['name', 'keyPath'] as const) {
      const names = allSettings.map((setting) => setting[property]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('finds no secret among the defaults', () => {
    const defaults = readFileSync(path.join(realConfigDir, 'default.json'), 'utf8');
    expect(defaults).not.toMatch(/clientId|clientSecret|uri"/);
  });
});
