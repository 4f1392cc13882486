import { describe, expect, it } from 'vitest';
import { createCommands } from '../../src/command-line.ts';
import { createLog } from '../../src/log.ts';
import {
  isColorOffInNpm,
  logOptionKeptByNpm,
  rejectOptionsKeptByNpm,
} from '../../src/process/npm-options.ts';
import { capture } from '../support/command/program.ts';

const commands = createCommands(() => Promise.resolve(), process.stdin);

function check(args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  return rejectOptionsKeptByNpm(commands, args, env);
}

describe('an option that npm kept for itself', () => {
  it.each([
    [['verify'], { npm_config_fix: 'true' }, 'npm run verify -- --fix'],
    [['sync'], { npm_config_since: '2019' }, 'npm run sync -- --since <date>'],
    [['sync'], { npm_config_wait: '' }, 'npm run sync -- --no-wait'],
    [
      ['webhook', 'subscribe'],
      { npm_config_callback_url: 'true' },
      'npm run webhook -- subscribe --callback-url <url>',
    ],
    [
      ['query', 'records', '1001'],
      { npm_config_athlete: 'true' },
      'npm run query -- records --athlete <athlete>',
    ],
    [['query', 'latest'], { npm_config_csv: 'true' }, 'npm run query -- latest --csv'],
    [['auth'], { npm_config_refresh_token: 'abc' }, 'npm run auth -- --refresh-token <token>'],
  ])('%j is rejected with the right line, and without its value', async (args, env, line) => {
    const set = { npm_lifecycle_event: args[0] ?? '', ...env };
    await expect(check(args, set)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(new RegExp(`as in: ${line}$`)) as unknown,
    });
  });

  it.each([
    ['without npm', ['sync'], { npm_config_dry_run: 'true' }],
    ['of another script', ['sync'], { npm_lifecycle_event: 'mine', npm_config_since: 'true' }],
    ['of another command', ['sync'], { npm_lifecycle_event: 'sync', npm_config_fix: 'true' }],
    [
      "of npm's own, which an .npmrc can set",
      ['erase'],
      { npm_lifecycle_event: 'erase', npm_config_json: 'true', npm_config_yes: 'true' },
    ],
    ['switched off', ['sync'], { npm_lifecycle_event: 'sync', npm_config_dry_run: '' }],
    [
      'given in the right place too',
      ['sync', '--no-wait', '--since=2019'],
      { npm_lifecycle_event: 'sync', npm_config_wait: '', npm_config_since: '2018' },
    ],
  ])('%s is left alone', async (_, args, env: Readonly<Record<string, string>>) => {
    await expect(check(args, env)).resolves.toBeUndefined();
  });
});

describe('an option of the log that npm has too', () => {
  const lines = (args: readonly string[], env: Readonly<Record<string, string>>): string => {
    const output = capture();
    const log = createLog({ level: 'info', format: 'json' }, output.stream, false);
    logOptionKeptByNpm(log, args, { npm_lifecycle_event: 'sync', ...env });
    return output.text();
  };

  it.each([
    ['warn', '-q'],
    ['verbose', '--verbose'],
  ])(
    'an option of the log that npm has too is named with the right line where npm has the log level %s',
    (level, option) => {
      const line = `npm run sync -- ${option}"`;
      expect(lines(['sync'], { npm_config_loglevel: level })).toContain(line);
    },
  );

  it.each([
    ['of npm alone', ['sync'], { npm_config_loglevel: 'silent' }],
    ['given in the right place too', ['sync', '-q'], { npm_config_loglevel: 'warn' }],
    ['of another script', ['status'], { npm_config_loglevel: 'warn' }],
  ])('%s is not mentioned', (_, args, env: Readonly<Record<string, string>>) => {
    expect(lines(args, env)).toBe('');
  });

  it('an option of the log that npm has too turns the colors off with --no-color before the second --', () => {
    const env = { npm_lifecycle_event: 'sync' };
    expect(isColorOffInNpm({ ...env, npm_config_color: '' })).toBe(true);
    expect(isColorOffInNpm({ ...env, npm_config_color: 'always' })).toBe(false);
    expect(isColorOffInNpm(env)).toBe(false);
  });
});
