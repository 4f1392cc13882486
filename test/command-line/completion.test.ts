import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completionScript } from '../../src/command-line/completion.ts';
import { examples } from '../../src/command-line/examples.ts';
import { createCommands } from '../../src/command-line.ts';
import { recipes } from '../../src/queries/recipes.ts';
import { projectFolder } from '../support/command/command.ts';

const program = createCommands(() => Promise.resolve(), process.stdin);

/** What the shell's own completion offers for the last of the words. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `${completionScript(program, 'bash')}
COMP_WORDS=(domestique "$@")
COMP_CWORD=$#
[[ $(complete -p domestique) == *_domestique* ]] || exit 1
_domestique
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['--norc', '-uc', script, 'bash', ...words],
    {
      cwd: projectFolder,
      encoding: 'utf8',
    },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('the completion of bash', () => {
  it.each([
    [['sy'], ['sync']],
    [['re'], ['restore', 'rebuild']],
    [
      ['keys', ''],
      ['new', 'rotate'],
    ],
    [
      ['config', ''],
      ['--json', '--help', '--quiet', '--verbose', '--no-color'],
    ],
    [['-q', 'keys', 'n'], ['new']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['sync', '--dry'], ['--dry-run']],
    [
      ['sync', '--since', '2019', '--no'],
      ['--no-wait', '--no-color'],
    ],
    [
      ['webhook', 'subscribe', '--'],
      ['--callback-url', '--json', '--help', '--quiet', '--verbose', '--no-color'],
    ],
    [
      ['query', 'totals-by-w'],
      ['totals-by-week', 'totals-by-weekday'],
    ],
    [
      ['query', 'near', '--l'],
      ['--lng', '--lat'],
    ],
    [['query', 'near', '--raw', '--rad'], ['--radius']],
    [['sync', '--since', ''], []],
    [['nothing'], []],
  ])('the completion of bash offers for %j exactly %j', (words, expected) => {
    expect(offered(...words).toSorted()).toEqual(expected.toSorted());
  });

  it('the completion of bash offers every command at the beginning', () => {
    const names = program.commands.map((command) => command.name());
    expect(offered('')).toEqual(expect.arrayContaining(names));
  });

  it('the completion of bash offers files where an option takes a path', () => {
    expect(offered('restore', '--in', 'src/mai')).toEqual(['src/main.ts']);
  });
});

describe.each(['bash', 'zsh', 'fish'])('the script for %s', (shell) => {
  const script = completionScript(program, shell);

  it(`is one that ${shell} can read, where it is installed`, () => {
    const { error, status, stderr } = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
    if (error !== undefined) return;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it(`has for ${shell} each command, each question and each option`, () => {
    for (const path of Object.keys(examples)) expect(script).toContain(`'${path}'`);
    for (const { name } of recipes) expect(script).toContain(`'query ${name}'`);
    const options = program.commands.flatMap((command) => command.options);
    for (const { long } of options) {
      const text = shell === 'fish' ? ` -l ${String(long).slice(2)} ` : String(long);
      expect(script).toContain(text);
    }
  });
});
