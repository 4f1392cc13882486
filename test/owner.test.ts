import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { identifyOwner, isCertainlyDead } from '../src/owner.ts';
import { identifyProcess } from '../src/process-identity.ts';

const host = hostname();

/** The owner that another process of this machine would be. */
async function ownerOf(pid: number): Promise<string> {
  const [ownHost, boot, namespace] = (await identifyOwner(host)).split('|');
  return [ownHost, boot, namespace, await identifyProcess(pid)].join('|');
}

describe('an owner', () => {
  it('an owner is alive while its process runs, and certainly dead when it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    const owner = await ownerOf(child.pid ?? 0);
    expect(await isCertainlyDead(owner, host)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isCertainlyDead(owner, host)).toBe(true);
  });

  it.each(['host', 'boot', 'namespace'])(
    'an owner of another %s is not known to be dead: a machine may share the name of this one',
    async (part) => {
      const parts = ['host', 'boot', 'namespace'];
      const [ownHost, boot, namespace] = (await identifyOwner(host)).split('|');
      const own = [ownHost, boot, namespace];
      const other = own.map((value, index) => (parts[index] === part ? 'other' : value));
      expect(await isCertainlyDead([...other, '999999-1'].join('|'), host)).toBe(false);
    },
  );

  it('an owner that nobody is, is nobody to wait for and nobody to replace', async () => {
    expect(await isCertainlyDead('', host)).toBe(false);
  });
});
