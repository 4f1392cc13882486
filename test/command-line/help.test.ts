import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { examples, examplesOf } from '../../src/command-line/examples.ts';
import { createCommands } from '../../src/command-line.ts';
import { parseSince } from '../../src/domain/sync/period.ts';
import { queryOrderOf } from '../../src/features/query/options.ts';

const paths = Object.keys(examples);

/** Performs no command. */
const reject = (): Promise<void> => Promise.reject(new Error('performed'));

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** The names in full of all commands that do something. */
function leavesOf(command: Command, typed = ''): readonly string[] {
  const below = command.commands.flatMap((each) =>
    leavesOf(each, `${typed} ${each.name()}`.trim()),
  );
  return command.commands.length > 0 ? below : [typed];
}

/** The command of that name in full. */
function commandAt(all: Command, path: string): Command {
  const find = (found: Command, name: string): Command =>
    found.commands.find((each) => each.name() === name) ?? found;
  return path.split(' ').reduce(find, all);
}

describe('the help', () => {
  it.each(paths)('the help of %s explains it, and does nothing', async (path) => {
    let help = '';
    const all = createCommands(reject, process.stdin);
    commandAt(all, path).configureOutput({ writeOut: (text) => (help += text) });
    const parsing = all.parseAsync([...path.split(' '), '--help'], { from: 'user' });
    await expect(parsing).rejects.toMatchObject({ exitCode: 0 });
    expect(help).toContain(`Usage: domestique ${path}`);
    expect(help).toContain('\nExamples:\n');
    expect(help).toContain('  -q, --quiet');
  });

  it.each(['', 'keys', 'webhook', ...paths])(
    'the help of "%s" fits a terminal of 60 columns',
    (path) => {
      const command = commandAt(createCommands(reject, process.stdin), path);
      command.configureOutput({ getOutHelpWidth: () => 60 });
      const lines = command.helpInformation().split('\n');
      expect(lines.filter((line) => line.length > 60)).toEqual([]);
    },
  );

  it('the help writes each description below its option where the terminal is narrower still', () => {
    const command = commandAt(createCommands(reject, process.stdin), 'list');
    command.configureOutput({ getOutHelpWidth: () => 40 });
    const help = command.helpInformation();
    expect(help).toContain('\n  --max-distance <distance>\n      at most as far\n');
    const tooLong = help.split('\n').filter((line) => line.length > 40);
    expect(tooLong.filter((line) => !line.startsWith('  npm run'))).toEqual([]);
  });
});

describe('the examples', () => {
  it('the examples are there for every command, and for no other', () => {
    const leaves = leavesOf(createCommands(reject, process.stdin));
    expect(paths.toSorted()).toEqual(leaves.toSorted());
    for (const path of paths) expect(examplesOf(path).length, path).toBeGreaterThan(0);
  });

  const all = paths.flatMap((path) =>
    (examples[path] ?? []).map(([, ...args]) => ({ path, args, line: [path, ...args].join(' ') })),
  );
  it.each(all)('the examples are taken by the command line: $line', async ({ path, args }) => {
    let performed = 0;
    const perform = (): Promise<void> => {
      performed += 1;
      return Promise.resolve();
    };
    const commands = createCommands(perform, process.stdin);
    for (const each of withSubcommands(commands)) {
      each.configureOutput({ writeOut: () => undefined });
    }
    const parsing = commands.parseAsync([...path.split(' '), ...args], { from: 'user' });
    if (args.includes('--help')) {
      await expect(parsing).rejects.toMatchObject({ exitCode: 0 });
      return;
    }
    await parsing;
    // Completion needs no program.
    expect(performed).toBe(path === 'completion' ? 0 : 1);
    if (path === 'query') expect(() => queryOrderOf(args, 0)).not.toThrow();
    const since = args.indexOf('--since');
    if (since >= 0) expect(parseSince(args[since + 1] ?? '', 0)).toBeDefined();
  });
});
