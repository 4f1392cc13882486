import { describe, expect, it } from 'vitest';

import { commandLineAt, isInstalledAt } from '../../src/domain/invocation.ts';

describe('the text of a command', () => {
  it.each([
    ['/home/ada/domestique/src/domain', 'npm run auth', 'npm run verify -- --fix', 'npm start'],
    [
      '/usr/lib/node_modules/@domestique/sync/dist/domain',
      'domestique auth',
      'domestique verify --fix',
      'domestique start',
    ],
    [
      '/home/ada/.npm/_npx/0a1b/node_modules/@domestique/sync/dist/domain',
      'npx @domestique/sync auth',
      'npx @domestique/sync verify --fix',
      'npx @domestique/sync start',
    ],
  ])('of a program in %s is %s', (folder, auth, verify, start) => {
    const commandLine = commandLineAt(folder);
    expect(commandLine('auth')).toBe(auth);
    expect(commandLine('verify', '--fix')).toBe(verify);
    expect(commandLine('start')).toBe(start);
  });

  it('does not take a folder whose name only contains node_modules for an installed package', () => {
    expect(isInstalledAt('/home/ada/my_node_modules/src')).toBe(false);
    expect(isInstalledAt('/home/ada/node_modules/x')).toBe(true);
  });
});
