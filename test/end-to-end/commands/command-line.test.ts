import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examples } from '../../../src/command-line/examples.ts';
import { packageVersion, projectFolder } from '../../support/command/command.ts';
import { useScene } from '../../support/scene.ts';
import { typedTerminal } from '../../support/command/typed-terminal.ts';

describe.concurrent('the command line', () => {
  const openScene = useScene();

  it.each([60, 80, 120])('--help shows groups that fit a terminal of %d columns', async (width) => {
    const scene = await openScene({ activities: 1, env: { TERM: 'xterm' } });
    const program = join(projectFolder, 'bin/domestique');
    const inTerminal = async (args: string): Promise<readonly string[]> => {
      const script = `stty columns ${width}; exec "${program}" ${args}`;
      const how = { program: 'python3' };
      const running = scene.launch(typedTerminal([], 'sh', '-c', script), {}, how);
      const { exitCode, stdout } = await running.ended;
      expect(exitCode, stdout).toBe(0);
      const lines = stdout.split('\r\n');
      expect(lines.filter((line) => line.length > width)).toEqual([]);
      return lines;
    };
    const [all, command, question] = await Promise.all([
      inTerminal('--help'),
      inTerminal('list --help'),
      inTerminal('query near --help'),
    ]);
    const heads = ['Set up:', 'Sync:', 'Look at your data:', 'Keep it safe:', 'Operate:'];
    expect(all.filter((line) => heads.includes(line))).toEqual(heads);
    expect(command).toEqual(expect.arrayContaining(['Options:', 'Global Options:', 'Examples:']));
    expect(question).toEqual(expect.arrayContaining(['Parameters:', 'Example:']));
  });

  it('sync --help ends with 0 and prints nothing on stderr', async () => {
    const scene = await openScene({ activities: 1 });
    const { exitCode, stdout, stderr } = await scene.run('sync', '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: domestique sync');
    expect(stderr).toBe('');
  });

  it('--help names every command', async () => {
    const scene = await openScene({ activities: 1 });
    const { exitCode, stdout } = await scene.run('--help');
    expect(exitCode).toBe(0);
    for (const command of Object.keys(examples))
      expect(stdout).toMatch(`  ${command.split(' ')[0] ?? ''} `);
  });

  /** The variables of a setting in a file that others can read, which the log warns of. */
  const withWarning = async (
    test: (env: Readonly<Record<string, string>>) => Promise<void>,
  ): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'domestique-warned-'));
    try {
      const file = join(folder, 'address');
      await writeFile(file, 'https://example.org/notify', { mode: 0o644 });
      await test({ LOG_LEVEL: 'info', NOTIFY_URL_FILE: file, TERM: 'xterm' });
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('-q leaves the result and errors, and -v adds debug lines, before or after the name', async () => {
    const scene = await openScene({ activities: 1 });
    await withWarning(async (env) => {
      const [plain, quiet, verbose, both] = await Promise.all([
        scene.runWith(env, 'config', '--json'),
        scene.runWith(env, '--quiet', 'config', '--json'),
        scene.runWith(env, 'sync', '-v'),
        scene.runWith(env, 'config', '-q', '-v'),
      ]);
      expect(plain.stderr).toContain('NOTIFY_URL_FILE');
      expect(quiet).toMatchObject({ exitCode: 0, stdout: plain.stdout, stderr: '' });
      expect(verbose.exitCode, verbose.stderr).toBe(0);
      expect(verbose.stderr).toContain('"endpoint":"list","outcome":"ok"');
      expect(both).toMatchObject({ exitCode: 2, stdout: '' });
      expect(both.stderr).toContain(
        "Option '-q, --quiet' cannot be used with option '-v, --verbose'",
      );
    });
  });

  it('-q draws no progress on a terminal', async () => {
    const scene = await openScene({ activities: 2, env: { TERM: 'xterm' } });
    const args = typedTerminal([], join(projectFolder, 'bin/domestique'), 'sync', '-q');
    const { exitCode, stdout } = await scene.launch(args, {}, { program: 'python3' }).ended;
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/^Activities: 2 new, 0 changed\.\r\n/);
    expect(stdout).not.toContain('\u001b');
  });

  it.each([
    ['colors on a terminal', [], {}, true],
    ['no colors with --no-color', ['--no-color'], {}, false],
    ['no colors with NO_COLOR', [], { NO_COLOR: '1' }, false],
  ])('the log has %s', async (_, options, more, isColored) => {
    const scene = await openScene({ activities: 1 });
    const program = join(projectFolder, 'bin/domestique');
    const args = typedTerminal([], program, 'config', ...options);
    await withWarning(async (env) => {
      const how = { program: 'python3' };
      const { exitCode, stdout } = await scene.launch(args, { ...env, ...more }, how).ended;
      expect(exitCode, stdout).toBe(0);
      expect(stdout).toContain('WARN');
      expect(stdout.includes('\u001b[33mWARN')).toBe(isColored);
    });
  });

  it('completion bash prints a script of the shell, before there are valid settings', async () => {
    const scene = await openScene({ activities: 1 });
    const { exitCode, stdout, stderr } = await scene.runWith(
      { SYNC_SINCE: 'never' },
      'completion',
      'bash',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const shell = ['COMP_WORDS=(domestique ver)', 'COMP_CWORD=1', '_domestique', 'echo $COMPREPLY'];
    const offered = spawnSync('bash', ['-c', [stdout, ...shell].join('\n')], { encoding: 'utf8' });
    expect(offered).toMatchObject({ status: 0, stdout: 'verify\n', stderr: '' });
    const wrong = await scene.run('completion', 'tcsh');
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
    expect(wrong.stderr).toContain('Allowed choices are bash, zsh, fish.');
  });

  it('--version prints the version of package.json alone', async () => {
    const scene = await openScene({ activities: 1 });
    const { exitCode, stdout, stderr } = await scene.run('--version');
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: `${String(packageVersion())}\n`,
      stderr: '',
    });
  });

  it.each([
    [
      'an unknown command',
      ['sink'],
      "Unknown command 'sink'. Did you mean sync?\nThe commands: bin/domestique --help",
    ],
    [
      'an unknown option',
      ['sync', '--sice', '2024'],
      "Unknown option '--sice'. Did you mean --since?\nWhat it takes: npm run sync -- --help",
    ],
    ['an option without its value', ['sync', '--since'], "'--since <date>' argument missing"],
    ['an argument too many', ['sync', '2024'], 'Too many arguments'],
    ['no command', [], 'Usage: domestique'],
  ])('%s ends with 2 and says what is wrong', async (_, args, sentence) => {
    const scene = await openScene({ activities: 1 });
    const { exitCode, stdout, stderr } = await scene.run(...args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
  });

  it('the command line works from another folder through a symbolic link', async () => {
    const scene = await openScene({ activities: 4 });
    const folder = await mkdtemp(join(tmpdir(), 'domestique-elsewhere-'));
    try {
      const program = join(folder, 'domestique');
      await symlink(join(projectFolder, 'bin/domestique'), program);
      const { exitCode, stderr } = await scene.launch(['sync'], {}, { program, folder }).ended;
      expect(exitCode, stderr).toBe(0);
      expect(await scene.differences()).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['sync --dry-run', '--dry-run', 'npm run sync -- --dry-run'],
    ['sync --since 2019', '--since', 'npm run sync -- --since <date>'],
    ['sync --athlete=1001 --no-wait', '--athlete and --no-wait', '--athlete <id> --no-wait'],
  ])(
    'npm run %s, without the second --, does nothing and names the right line',
    async (typed, kept, line) => {
      const scene = await openScene({ activities: 2 });
      const args = ['run', '-s', ...typed.split(' ')];
      const { exitCode, stdout, stderr } = await scene.launch(args, {}, { program: 'npm' }).ended;
      expect(exitCode, stderr).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(new RegExp(`^npm kept ${kept} for itself, .*${line}\n$`));
      expect(scene.simulator.requests.entries).toEqual([]);
    },
  );

  it('the command line names the right line in the log where npm kept -q for itself', async () => {
    const scene = await openScene({ activities: 1, env: { LOG_LEVEL: 'info' } });
    const npm = { program: 'npm' };
    const [kept, given] = await Promise.all([
      scene.launch(['run', '-q', 'config'], {}, npm).ended,
      scene.launch(['run', '-q', 'config', '--', '-q'], {}, npm).ended,
    ]);
    expect(kept.exitCode, kept.stderr).toBe(0);
    expect(kept.stderr).toContain('as in: npm run config -- -q');
    expect(given).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('the command line takes an option that npm was given and that is written after the second -- as well', async () => {
    const scene = await openScene({ activities: 2 });
    const args = ['run', '-s', 'sync', '--dry-run', '--json', '--', '--dry-run', '--json'];
    const { exitCode, stdout } = await scene.launch(args, {}, { program: 'npm' }).ended;
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ athletes: [{}] });
    expect(await scene.db.collection('activities').countDocuments()).toBe(0);
  });

  it('the command line prints only the result on stdout through npm', async () => {
    const scene = await openScene({ activities: 2 });
    const npm = { program: 'npm' };
    const { exitCode, stdout } = await scene.launch(['run', '-s', 'sync', '--', '--json'], {}, npm)
      .ended;
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ added: 2 });
    const wrong = await scene.launch(['run', '-s', 'sync', '--', '--since', 'x'], {}, npm).ended;
    expect(wrong.exitCode).toBe(2);
  });
});
