import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { maskMongodbUri } from '../../src/config/address-formats.ts';
import { describeConfig, renderConfigTable } from '../../src/config/description.ts';
import { loadConfig } from '../../src/config/load.ts';
import { allSettings } from '../../src/config/settings.ts';
import { createProjectFolder } from './project-folder.ts';

/** As long as Strava's secrets. */
const canary = 'c0ffee'.padEnd(40, 'c0ffee');

/** Everything that an error could show of itself. */
const everything = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    const stack = error instanceof Error ? error.stack : '';
    return [String(error), stack, inspect(error, { depth: 20 }), JSON.stringify(error)].join('\n');
  }
  throw new Error('nothing was wrong');
};

describe('no message repeats a secret', () => {
  it.each(allSettings.filter(({ keyPath }) => keyPath !== 'dataDir').map(({ env }) => env))(
    'no message repeats a secret that was put into %s',
    (name) => {
      using project = createProjectFolder();
      const env = { [name]: `${canary} ${canary}`, SYNC_NONSENSE: canary };
      const text = everything(() => loadConfig({ env, configDir: project.configDir }));
      expect(text).not.toContain('c0ffee');
    },
  );

  it.each([
    ['STRAVA_CLIENT_SECRET', `${canary} x`],
    ['STRAVA_CLIENT_SECRET_FILE', canary],
    ['STRAVA_CLIENT_SECRTE', canary],
    ['STRAVA_API_URL', `https://u:${canary}@x/`],
    ['STRAVA_OAUTH_URL', `https://x/?client_secret=${canary}`],
    ['MONGODB_URI', `mongodb://u:${canary}@ss@h/`],
    ['MONGODB_URI', `mongodb://u/${canary}:x@h/`],
    ['MONGODB_URI', `mongodb://${canary}#:x@h/`],
    ['MONGODB_URI', `mongodb://u:p@h/?${canary}=1`],
    ['MONGODB_URI', `mongodb://u:p@h/?authMechanism=${canary}`],
    ['MONGODB_URI', `postgres://u:${canary}@h/`],
  ])('no message repeats a secret that was put into %s as %s', (name, value) => {
    using project = createProjectFolder();
    const text = everything(() =>
      loadConfig({ env: { [name]: value }, configDir: project.configDir }),
    );
    expect(text).toContain(`${name}: `);
    expect(text).not.toContain('c0ffee');
  });

  it.each([
    `{"strava": {"clientSecret": "${canary}" "x": 1}}`,
    `{"strava": {"clientSecret": "${canary}}`,
    `{"strava": {"clientSecret": ${canary}}}`,
    `{"strava": {"clientSecret": ["${canary}", 1]}}`,
    `{"strava": {"clientSecret": {"is": "${canary}"}}}`,
    `{"strava": "${canary}"}`,
    `"${canary}"`,
    `{"strava": {"clientSecrte": "${canary}"}}`,
  ])('no message repeats a secret that stands in a broken file: %s', (content) => {
    using project = createProjectFolder();
    project.write('config/secrets.json', content);
    const text = everything(() => loadConfig({ env: {}, configDir: project.configDir }));
    expect(text).toContain('config/secrets.json');
    expect(text).not.toContain('c0ffee');
  });

  it('no message repeats a secret that stands in a file which a variable names', () => {
    using project = createProjectFolder();
    const env = { STRAVA_CLIENT_SECRET_FILE: project.write('secret', `${canary}\n${canary}\n`) };
    const text = everything(() => loadConfig({ env, configDir: project.configDir }));
    expect(text).toContain('STRAVA_CLIENT_SECRET_FILE: ');
    expect(text).not.toContain('c0ffee');
  });
});

describe('the description', () => {
  it('the description masks secrets wherever they come from', () => {
    using project = createProjectFolder();
    project.write('config/secrets.json', { strava: { clientSecret: canary } });
    const env = { MONGODB_URI_FILE: project.write('uri', `mongodb://me:${canary}@h:1,i:2/db?w=1`) };
    const rows = describeConfig({ env, configDir: project.configDir });
    expect(JSON.stringify(rows) + renderConfigTable(rows)).not.toContain('c0ffee');
    expect(rows).toContainEqual({
      name: 'STRAVA_CLIENT_SECRET',
      value: '********',
      source: 'config/secrets.json',
    });
    expect(rows).toContainEqual({
      name: 'MONGODB_URI',
      value: 'mongodb://me:********@h:1,i:2/db?w=1',
      source: 'file of MONGODB_URI_FILE',
    });
  });

  it.each([
    ['mongodb://h/', 'mongodb://h/'],
    ['mongodb://me@h', 'mongodb://me@h'],
    ['mongodb://me:p:q@h', 'mongodb://me:*@h'],
    ['mongodb://me:p%40q@a,b/db', 'mongodb://me:*@a,b/db'],
    ['mongodb+srv://me:p@h/?w=1', 'mongodb+srv://me:*@h/?w=1'],
    [
      'mongodb://h/?w=1&tlsCertificateKeyFilePassword=p&authMechanismProperties=AWS_SESSION_TOKEN:p',
      'mongodb://h/?w=1&tlsCertificateKeyFilePassword=*&authMechanismProperties=*',
    ],
    ['mongodb://h/?PROXYPASSWORD=p', 'mongodb://h/?PROXYPASSWORD=*'],
  ])('the description shows %s as %s', (uri, shown) => {
    expect(maskMongodbUri(uri, '*')).toBe(shown);
  });
});
