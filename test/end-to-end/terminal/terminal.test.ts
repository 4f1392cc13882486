import { Long } from 'mongodb';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { useDataFolders } from '../../support/data-folder.ts';
import { athleteId, useScene } from '../../support/scene.ts';
import { piecesOf, screenOf } from '../../support/command/terminal-screen.ts';
import { terminalOf } from '../../support/command/typed-terminal.ts';
import { eventually } from '../../support/waiting.ts';

/** Runs a program on a pseudo-terminal; types Ctrl-C there on SIGUSR1, and closes it on SIGUSR2. */
const onTerminal = `
import os, pty, signal, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
signal.signal(signal.SIGUSR1, lambda *_: os.write(terminal, b'\\x03'))
signal.signal(signal.SIGUSR2, lambda *_: (os.close(terminal), os.write(1, b'closed')))
while True:
    try:
        text = os.read(terminal, 4096)
    except OSError:
        break
    if not text:
        break
    os.write(1, text)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

describe('on a terminal', () => {
  const openScene = useScene();
  const makeFolder = useDataFolders();

  it('the daemon shows a progress bar, and ends with its MongoDB on Ctrl-C through npm', async () => {
    const folder = await makeFolder();
    const env = { ...folder.env, TERM: 'xterm', LOG_LEVEL: 'info' };
    const scene = await openScene({ activities: 60, isLoggedIn: false, env });
    await scene.run('auth', '--code', scene.simulator.grant(athleteId));
    const args = ['-c', onTerminal, 'npm', 'run', '-s', 'start'];
    const daemon = scene.launch(args, {}, { program: 'python3' });
    await daemon.shown(/streams +\[/);
    daemon.kill('SIGUSR1');
    const { exitCode, stdout } = await daemon.ended;
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain('Domestique has stopped.');
    expect(stdout).toContain('\u001B[?25h');
    expect(await folder.isShutDown()).toBe(true);
    expect((await scene.run('sync')).exitCode).toBe(0);
    expect(scene.simulator.requests.fetchedTwice()).toEqual([]);
  });

  it.each([60, 80, 120])(
    'sync shows progress bars that fit into %i columns, and takes them away',
    async (columns) => {
      const scene = await openScene({ activities: 60, env: { TERM: 'xterm', LOG_LEVEL: 'info' } });
      const ada = { _id: Long.fromNumber(athleteId), stats: { all_ride_totals: { count: 90 } } };
      await scene.db.collection<{ _id: Long }>('athletes').insertOne(ada);
      const args = terminalOf(columns, 'bin/domestique', 'sync');
      const { exitCode, stdout } = await scene.launch(args, {}, { program: 'python3' }).ended;
      expect(exitCode, stdout).toBe(0);
      const [bars = '', summary = ''] = stdout.split('\u001B[?25h');
      for (const text of piecesOf(bars)) expect(stringWidth(text)).toBeLessThan(columns);
      expect(bars).toMatch(/list +\[=+-+\] 60 (of about |\/)90/);
      const [list = '', streams = '', time = ''] = screenOf(bars, columns).slice(-3);
      expect(list).toMatch(/^list +\[=+\] 60 complete/);
      expect(streams).toMatch(/^streams +\[[=-]+\] \d+( of |\/)60/);
      expect(list.indexOf(']')).toBe(streams.indexOf(']'));
      expect(time).toMatch(/^(|Measuring the speed|About .* left.*)$/);
      expect(screenOf(stdout, columns).join('\n')).not.toContain('[=');
      expect(summary).toContain('60 new');
    },
  );

  it('sync takes its bars away on Ctrl-C, says what is left, and ends with 130', async () => {
    const scene = await openScene({ activities: 5, env: { TERM: 'xterm', LOG_LEVEL: 'info' } });
    const held = scene.simulator.hold({ endpoint: 'streams' });
    const args = ['-c', onTerminal, 'bin/domestique', 'sync'];
    const sync = scene.launch(args, {}, { program: 'python3' });
    const streams = await sync.reach(held);
    await sync.shown(/streams +\[/);
    sync.kill('SIGUSR1');
    await sync.shown('^C');
    streams.release();
    const { exitCode, stdout } = await sync.ended;
    expect(exitCode, stdout).toBe(130);
    const [, summary = ''] = stdout.split('\u001B[?25h');
    expect(summary).toContain('Stopped; the next run goes on from here.');
    expect(summary).not.toMatch(/streams +\[/);
  });

  it('verify shows a bar once it takes longer than two seconds, and takes it away', async () => {
    const scene = await openScene({ activities: 2, env: { TERM: 'xterm', LOG_LEVEL: 'info' } });
    await scene.call('sync');
    const first = scene.simulator.hold({ endpoint: 'list' });
    const args = terminalOf(60, 'bin/domestique', 'verify');
    const verify = scene.launch(args, {}, { program: 'python3' });
    const page = await verify.reach(first);
    const second = scene.simulator.hold({ endpoint: 'list' });
    page.release();
    const rest = await verify.reach(second);
    await verify.shown(/Comparing athlete 1001 \[=+\] 2 of 2 activities/);
    rest.release();
    const { exitCode, stdout } = await verify.ended;
    expect(exitCode, stdout).toBe(0);
    expect(screenOf(stdout, 60).join('\n')).toMatch(/^Athlete 1001: 2 of 2 activities/);
  });

  it.each([
    ['npm', ['run', '-s', 'sync']],
    ['bin/domestique', ['sync']],
    ['bin/domestique', ['start']],
  ])(
    'a terminal closed during a token refresh costs no login (%s %s)',
    async (program, command) => {
      const scene = await openScene({ activities: 3, env: { TERM: 'xterm', LOG_LEVEL: 'info' } });
      const held = scene.simulator.hold({ endpoint: 'token' });
      const args = ['-c', onTerminal, program, ...command];
      const running = scene.launch(args, {}, { program: 'python3' });
      const refresh = await running.reach(held);
      const before = await scene.db.collection('tokens').findOne({});
      running.kill('SIGUSR2');
      await running.shown('closed');
      refresh.release();
      await running.ended;
      const grant = () => scene.db.collection('tokens').findOne({});
      await eventually(
        async () => (await grant())?.['refresh_token'] !== before?.['refresh_token'],
      );
      const rotated = String((await grant())?.['refresh_token']);
      expect(scene.simulator.isRefreshTokenLive(rotated)).toBe(true);
      expect((await scene.run('sync')).exitCode).toBe(0);
    },
  );
});

describe('without a terminal', () => {
  const openScene = useScene();

  it('sync writes a line of plain text at once, and JSON where that is configured', async () => {
    const scene = await openScene({ activities: 3, env: { LOG_LEVEL: 'info' } });
    const held = scene.simulator.hold({ endpoint: 'list' });
    const running = scene.launch(['sync']);
    const list = await running.reach(held);
    await running.shown(/^\[.*\] INFO: Syncing\.$/m);
    list.release();
    const { exitCode, stderr } = await running.ended;
    expect(exitCode, stderr).toBe(0);
    expect(stderr).not.toContain('{');
    expect(stderr).not.toContain('\u001B');
    const asked = await scene.runWith({ LOG_FORMAT: 'json' }, 'sync');
    expect(JSON.parse(asked.stderr.split('\n')[0] ?? '')).toMatchObject({ msg: 'Syncing.' });
  });

  it('the daemon logs JSON', async () => {
    const scene = await openScene({ activities: 1, env: { LOG_LEVEL: 'info' } });
    const daemon = scene.launch(['start']);
    await daemon.shown(/^\{.*"msg":"Domestique .* starts\."\}$/m);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
  });
});
