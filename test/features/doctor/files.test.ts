import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../../src/config/load.ts';
import { checkFiles } from '../../../src/features/doctor/files.ts';
import { readSettings } from '../../../src/features/doctor/settings.ts';
import { createProjectFolder } from '../../config/project-folder.ts';

const secrets = { strava: { clientId: '1', clientSecret: 's3cret' } };

describe('the files with secrets', () => {
  it.each([
    [0o600, 'ok', 'No other user can read or change a file with secrets.'],
    [0o644, 'warning', 'config/secrets.json can be read by other users of this machine'],
    [0o666, 'warning', 'config/secrets.json can be read and changed by other users'],
  ])('the files with secrets with secrets.json of mode %o are %s', async (mode, expected, text) => {
    using project = createProjectFolder();
    project.write('config/secrets.json', secrets, mode);
    const source = { env: {}, configDir: project.configDir };
    const [finding, ...others] = await checkFiles(source, loadConfig(source));
    expect(finding?.mark).toBe(expected);
    expect(finding?.found).toContain(text);
    expect(others).toEqual([]);
  });

  it('the files with secrets are checked where a setting is wrong, too', async () => {
    using project = createProjectFolder();
    project.write('config/secrets.json', secrets, 0o644);
    const source = { env: { SYNC_SINCE: 'never' }, configDir: project.configDir };
    const { config } = readSettings(source);
    expect(config).toBeUndefined();
    expect(await checkFiles(source, config)).toMatchObject([{ mark: 'warning' }]);
  });

  it('the files with secrets include the key file, and leave one that is not there to the logins', async () => {
    using project = createProjectFolder();
    const keys = project.write('keys', 'AAAA', 0o640);
    const sourceOf = (path: string) => ({
      env: { TOKEN_KEY_FILE: path },
      configDir: project.configDir,
    });
    expect(await checkFiles(sourceOf(keys), loadConfig(sourceOf(keys)))).toMatchObject([
      { mark: 'warning', found: expect.stringContaining('TOKEN_KEY_FILE can be read') as string },
    ]);
    const absent = sourceOf('/nowhere/keys');
    expect(await checkFiles(absent, loadConfig(absent))).toMatchObject([{ mark: 'ok' }]);
  });
});

describe('the settings', () => {
  it.each([
    [{}, 'Not set up yet.'],
    [{ STRAVA_CLIENT_ID: '1' }, 'STRAVA_CLIENT_SECRET: is not set'],
    [{ STRAVA_CLIENT_ID: 's3cret', STRAVA_CLIENT_SECRET: 'x' }, 'STRAVA_CLIENT_ID: must be digits'],
  ])('%j are wrong in one sentence', (env, text) => {
    using project = createProjectFolder();
    const { findings } = readSettings({ env, configDir: project.configDir });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ mark: 'failed', isOfSettings: true });
    expect(findings[0]?.found).toContain(text);
  });
});
