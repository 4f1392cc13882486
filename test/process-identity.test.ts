import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { identifyProcess, isRunning } from '../src/process-identity.ts';
import { eventually } from './support/waiting.ts';

/** Its first thread ends at once, and the other one never does. */
const program = `
import ctypes, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
ctypes.CDLL(None).pthread_exit(None)
`;

async function stateOf(pid: number): Promise<string | undefined> {
  return (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.[0];
}

describe.runIf(process.platform === 'linux')('identifyProcess', () => {
  it('identifyProcess knows a process as running until its last thread has ended', async () => {
    const child = spawn('python3', ['-c', program], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    const pid = child.pid ?? 0;
    await eventually(async () => (await stateOf(pid)) === 'Z');
    const identity = await identifyProcess(pid);
    child.kill('SIGKILL');
    await ended;
    expect(identity).toMatch(`${pid}-`);
    expect(await isRunning(identity ?? '')).toBe(false);
  });

  it('identifyProcess knows no process for a pid that nobody has', async () => {
    expect(await identifyProcess(2 ** 30)).toBeUndefined();
  });
});
