import { describe, expect, it } from 'vitest';
import { createCommands } from '../../src/command-line.ts';
import { UsageError } from '../../src/errors.ts';

/** Performs no command. */
const reject = (): Promise<void> => Promise.reject(new Error('performed'));

describe('wrong usage', () => {
  it.each([
    ['auth', '--details', '--no-details'],
    ['accounts', '--no-details', '--athlete', '7', '--details'],
  ])(
    '%s rejects an option together with its opposite, before anything is performed',
    async (...args) => {
      const parsing = createCommands(reject, process.stdin).parseAsync(args, { from: 'user' });
      await expect(parsing).rejects.toThrow(
        new UsageError('--details contradicts --no-details: give one of them.'),
      );
    },
  );

  it.each([
    ['frob', "Unknown command 'frob'.\nThe commands: bin/domestique --help\n"],
    ['synk', "Unknown command 'synk'. Did you mean sync?\nThe commands: bin/domestique --help\n"],
    ['show', "Missing required argument 'activity'.\nWhat it takes: npm run show -- --help\n"],
    [
      'completion ksh',
      "Command-argument value 'ksh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.\nWhat it takes: npm run completion -- --help\n",
    ],
    ['sync --x=canary', "Unknown option '--x=…'.\nWhat it takes: npm run sync -- --help\n"],
    [
      'sync canary',
      "Too many arguments for 'sync'. Expected 0 arguments but got 1.\nWhat it takes: npm run sync -- --help\n",
    ],
    ['restore --from x', "Unknown option '--from'.\nWhat it takes: npm run restore -- --help\n"],
    [
      'restore',
      "Required option '--in <directory>' not specified.\nWhat it takes: npm run restore -- --help\n",
    ],
  ])(
    '"%s" is answered with what is wrong and the command that shows what is right',
    async (typed, said) => {
      let text = '';
      const all = createCommands(reject, process.stdin);
      for (const command of [all, ...all.commands])
        command.configureOutput({ writeErr: (piece) => (text += piece) });
      await expect(all.parseAsync(typed.split(' '), { from: 'user' })).rejects.toThrow();
      expect(text).toBe(said);
    },
  );
});
