import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  configurationPage,
  describeConfig,
  renderConfigTable,
} from '../../src/config/description.ts';
import { allSettings } from '../../src/config/settings.ts';
import { ConfigurationError } from '../../src/errors.ts';
import { createProjectFolder, realConfigDir } from './project-folder.ts';

describe('the description', () => {
  it('the description has the value and the origin of each setting', () => {
    using project = createProjectFolder();
    project.write('config/secrets.json', { strava: { clientId: '12345', quota: { short: 1 } } });
    project.write('config/local.json', { strava: { quota: { short: 2, daily: 20 } } });
    const env = {
      STRAVA_QUOTA_DAILY: '30',
      SYNC_SINCE: '',
      MONGODB_URI_FILE: project.write('uri', 'mongodb://h'),
    };
    const rows = describeConfig({ env, configDir: project.configDir });
    expect(rows.map(({ name }) => name)).toEqual(allSettings.map((setting) => setting.env));
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
  });

  it('the description is the error instead when a setting is wrong', () => {
    using project = createProjectFolder();
    const options = { env: { LOG_LEVEL: 'loud' }, configDir: project.configDir };
    expect(() => describeConfig(options)).toThrow(ConfigurationError);
  });

  it('the description of the configuration is rendered in columns', () => {
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

describe('docs/configuration.md', () => {
  const page = configurationPage(realConfigDir);

  it('docs/configuration.md is what the declarations say', () => {
    const written = readFileSync(path.resolve(realConfigDir, '../docs/configuration.md'), 'utf8');
    expect(written).toBe(`${page}\n`);
  });

  it('docs/configuration.md has one row for each setting, with the default as the file writes it', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    for (const { keyPath } of allSettings) {
      expect(rows.filter((row) => row.includes(` | \`${keyPath}\` | `))).toHaveLength(1);
    }
    expect(rows).toHaveLength(allSettings.length);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
    expect(page).toContain(
      ' | a length of time from 1s to 366d, with its unit (ms, s, m, h, d) | `15m` | `15m` |',
    );
    expect(page).toContain('| `MONGODB_URI` or `MONGODB_URI_FILE` | `mongodb.uri` | ');
    expect(page).toContain(' | unset: the embedded server | ');
  });

  it('docs/configuration.md names each variable and each key once', () => {
    for (const property of ['env', 'keyPath'] as const) {
      const names = allSettings.map((setting) => setting[property]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('docs/configuration.md finds no secret among the defaults', () => {
    const defaults = readFileSync(path.join(realConfigDir, 'default.json'), 'utf8');
    expect(defaults).not.toMatch(/clientId|clientSecret|uri"/);
  });
});
