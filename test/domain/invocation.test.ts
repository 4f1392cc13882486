import { describe, expect, it } from 'vitest';

import {
  brokenLine,
  commandLineAt,
  commandLinesIn,
  isInstalledAt,
  shellWord,
} from '../../src/domain/invocation.ts';

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
  ])('the text of a command of a program in %s is %s', (folder, auth, verify, start) => {
    const commandLine = commandLineAt(folder);
    expect(commandLine('auth')).toBe(auth);
    expect(commandLine('verify', '--fix')).toBe(verify);
    expect(commandLine('start')).toBe(start);
  });

  it('the text of a command does not take a folder whose name only contains node_modules for an installed package', () => {
    expect(isInstalledAt('/home/ada/my_node_modules/src')).toBe(false);
    expect(isInstalledAt('/home/ada/node_modules/x')).toBe(true);
  });
});

describe('a command line that is shown', () => {
  it.each([
    ['2019-03-01', '2019-03-01'],
    ['/athlete/activities', '/athlete/activities'],
    ['over the hills', "'over the hills'"],
    ["Ada's", String.raw`'Ada'\''s'`],
    ['', "''"],
  ])('a command line that is shown has the word %j as %s', (text, shown) => {
    expect(shellWord(text)).toBe(shown);
  });

  it('a command line that is shown is continued before each option where it is too long', () => {
    const line = 'npm run sync -- --since 2019 --no-wait';
    expect(brokenLine(line, 40)).toBe(line);
    expect(brokenLine(line, 39)).toBe('npm run sync -- \\\n    --since 2019 \\\n    --no-wait');
  });
});

describe('the command lines in a text', () => {
  it.each([
    ['Nobody has logged in yet. Run: npm run auth', ['npm run auth']],
    [
      'Run: npm run auth, or npm run erase -- --athlete 1001',
      ['npm run auth', 'npm run erase -- --athlete 1001'],
    ],
    [
      'Run: npx @domestique/sync verify --accept-deletions, or domestique import --file /tmp/a.zip.',
      ['npx @domestique/sync verify --accept-deletions', 'domestique import --file /tmp/a.zip'],
    ],
    [
      'npm run sync -- --no-wait fetches them; npm start does so too, and npm run auth or npm run auth.',
      ['npm run sync -- --no-wait', 'npm start', 'npm run auth'],
    ],
    ['Every run fails (X): Domestique status is unknown; npm runs.', []],
  ])('of "%s" are those to copy, each once', (text, lines) => {
    expect(commandLinesIn(text)).toEqual(lines);
  });
});
