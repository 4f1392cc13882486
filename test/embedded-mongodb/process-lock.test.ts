import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import {
  commandLineOf,
  identifyProcess,
  identifySelf,
  isRunning,
} from '../../src/process-identity.ts';
import { withProcessLock } from '../../src/embedded-mongodb/process-lock.ts';

const program = fileURLToPath(new URL('fixtures/lock-user.ts', import.meta.url));
/** How long a process may take to start or end on a busy machine. */
const deadlineMs = 30_000;

describe('the identity of a process', () => {
  it('the identity of a process identifies a running process until it ends', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'a mark']);
    await once(child, 'spawn');
    const identity = (await identifyProcess(child.pid ?? 0)) ?? '';
    expect(await isRunning(identity)).toBe(true);
    expect(await commandLineOf(child.pid ?? 0)).toContain('a mark');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isRunning(identity)).toBe(false);
    expect(await commandLineOf(child.pid ?? 0)).toBe('');
  });

  it('the identity of a process distinguishes another process with the same pid', async () => {
    expect(await isRunning(await identifySelf())).toBe(true);
    expect(await isRunning(`${process.pid}-1-0badcafe`)).toBe(false);
    expect(await isRunning(`${process.ppid}-1-0badcafe`)).toBe(false);
  });

  it('the identity of a process treats a zombie as ended', async () => {
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    const pid = Number(line);
    const identity = (await identifyProcess(pid)) ?? '';
    expect(await isRunning(identity)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isRunning(identity), { timeout: deadlineMs }).toBe(false);
    parent.kill('SIGKILL');
  });
});

describe('the lock between processes', () => {
  let folder = '';
  let children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-lock-'));
    children = [];
  });

  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  function startLockUser(...args: string[]): ChildProcess {
    const child = fork(program, args);
    children.push(child);
    return child;
  }

  const lockOf = (name = 'lock') => ({ folder: join(folder, name), clock: systemClock });

  it('the lock between processes runs the work of one process at a time', async () => {
    const counter = join(folder, 'counter');
    await writeFile(counter, '0');
    const users = [1, 2, 3].map(() => startLockUser(lockOf().folder, counter, '10'));
    await Promise.all(users.map((user) => once(user, 'exit')));
    expect(await readFile(counter, 'utf8')).toBe('30');
    expect(await readdir(lockOf().folder)).toEqual([]);
  });

  it('the lock between processes runs the work of one caller in a process at a time', async () => {
    let inside = 0;
    let max = 0;
    const work = async () => {
      inside += 1;
      max = Math.max(max, inside);
      await systemClock.sleep(2);
      inside -= 1;
    };
    await Promise.all([1, 2, 3, 4].map(() => withProcessLock(lockOf(), work)));
    expect(max).toBe(1);
  });

  it('the lock between processes frees the lock when its owner is killed', async () => {
    const owner = startLockUser(lockOf().folder, '');
    await once(owner, 'message');
    let isHeld = false;
    const waiting = withProcessLock(lockOf(), () => {
      isHeld = true;
      return Promise.resolve();
    });
    await expect
      .poll(async () => (await readdir(lockOf().folder)).length, { timeout: deadlineMs })
      .toBe(2);
    expect(isHeld).toBe(false);
    owner.kill('SIGKILL');
    await waiting;
    expect(isHeld).toBe(true);
  });

  it('the lock between processes ignores a dead owner whose pid belongs to another process', async () => {
    await withProcessLock(lockOf(), () => Promise.resolve());
    const dead = `${process.pid}-1-0badcafe_5f0c`;
    await writeFile(join(lockOf().folder, `ticket_000000000001_${dead}`), '');
    await writeFile(join(lockOf().folder, `choosing_${dead}`), '');
    expect(await withProcessLock(lockOf(), () => Promise.resolve('held'))).toBe('held');
  });

  it('the lock between processes frees the lock when the work fails', async () => {
    const failing = withProcessLock(lockOf(), () => Promise.reject(new Error('failed')));
    await expect(failing).rejects.toThrow('failed');
    expect(await withProcessLock(lockOf(), () => Promise.resolve('held'))).toBe('held');
  });

  it('the lock between processes stops waiting for the lock on abort', async () => {
    const controller = new AbortController();
    const held = Promise.withResolvers<undefined>();
    const holder = withProcessLock(lockOf(), () => held.promise);
    const waiting = withProcessLock({ ...lockOf(), signal: controller.signal }, () =>
      Promise.resolve(),
    );
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    held.resolve(undefined);
    await holder;
    expect(await readdir(lockOf().folder)).toEqual([]);
  });
});
