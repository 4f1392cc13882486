import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadConfig, resolveSettings } from '../../src/config/load.ts';
import { userFoldersOf } from '../../src/config/user-folders.ts';
import { createProjectFolder } from './project-folder.ts';

describe('the folders of an installed package', () => {
  it.each([
    ['linux', {}, '/home/ada/.config/domestique', '/home/ada/.local/share/domestique'],
    ['linux', { XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: '/d' }, '/c/domestique', '/d/domestique'],
    [
      'linux',
      { XDG_CONFIG_HOME: 'c', XDG_DATA_HOME: '' },
      '/home/ada/.config/domestique',
      '/home/ada/.local/share/domestique',
    ],
    [
      'darwin',
      {},
      '/home/ada/.config/domestique',
      '/home/ada/Library/Application Support/domestique',
    ],
  ])(
    'the folders of an installed package on %s with %j are %s and %s',
    (platform, env, config, data) => {
      expect(userFoldersOf(platform, env, '/home/ada')).toEqual({ config, data });
    },
  );

  it('the folders of an installed package hold the files of the user and the data, and the package only the defaults', () => {
    using project = createProjectFolder();
    const userFolders = { config: path.join(project.dir, 'mine'), data: '/d/domestique' };
    mkdirSync(userFolders.config);
    project.write('config/secrets.json', { strava: { clientId: '1' } });
    const file = project.write('mine/secrets.json', { strava: { clientId: '2' } });
    const source = { env: {}, configDir: project.configDir, userFolders };
    const config = loadConfig(source);
    expect(config.strava.clientId).toBe('2');
    expect(config.dataDir).toBe('/d/domestique/data');
    expect(resolveSettings(source).origins.get('strava.clientId')?.source).toBe(file);
  });
});
