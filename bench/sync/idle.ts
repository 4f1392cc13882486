/**
 * What the daemon costs while it only runs its schedule, after it has synced.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { cli, environmentOf, logIn, nodeOptions, withStrava } from './contenders.ts';
import type { Surroundings } from './contenders.ts';
import { cpuMsOf } from './mongod-usage.ts';

/** How many activities the daemon syncs before. */
const activities = 100;
/** It has nothing left to do when it takes less CPU than this in each of three seconds. */
const quietCpuMs = 60;
/** What the caller may set, to compare: glibc's settings, and no compile cache. */
const passedOn = /^(?:MALLOC_\w+|NODE_DISABLE_COMPILE_CACHE)$/;

export interface Idle {
  readonly residentMb: number;
  /** Without mapped files, such as the Node binary. */
  readonly anonymousMb: number;
  readonly cpuMs: number;
  /** From its start on until it had synced. */
  readonly syncCpuMs: number;
}

type Figures = Omit<Idle, 'syncCpuMs'>;

/** The daemon, so many seconds after it has synced all activities. */
export function measureIdle(
  surroundings: Surroundings,
  seconds: number,
): Promise<Idle | undefined> {
  return withStrava(activities, async (address) => {
    await logIn(surroundings, address, 'idle');
    const given = Object.entries(process.env).filter(([name]) => passedOn.test(name));
    const env = { ...environmentOf(address, surroundings, 'idle'), ...Object.fromEntries(given) };
    return idleOf(env, seconds);
  });
}

async function idleOf(env: NodeJS.ProcessEnv, seconds: number): Promise<Idle | undefined> {
  const daemon = spawn(process.execPath, [...nodeOptions, cli, 'start'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    let output = '';
    for await (const chunk of daemon.stderr.iterator({ destroyOnReturn: false })) {
      output += String(chunk);
      if (output.includes('Domestique is running')) break;
    }
    daemon.stderr.resume();
    const before = await untilQuiet(daemon);
    await sleep(seconds * 1_000);
    const after = await figuresOf(daemon);
    if (before === undefined || after === undefined) return undefined;
    return { ...after, cpuMs: after.cpuMs - before.cpuMs, syncCpuMs: before.cpuMs };
  } finally {
    daemon.kill('SIGTERM');
    await once(daemon, 'close');
  }
}

async function untilQuiet(daemon: ChildProcess): Promise<Figures | undefined> {
  let figures = await figuresOf(daemon);
  for (let quietSeconds = 0; figures !== undefined && quietSeconds < 3;) {
    const lastCpuMs = figures.cpuMs;
    await sleep(1_000);
    figures = await figuresOf(daemon);
    const isQuiet = figures !== undefined && figures.cpuMs - lastCpuMs < quietCpuMs;
    quietSeconds = isQuiet ? quietSeconds + 1 : 0;
  }
  return figures;
}

/** Undefined on systems without /proc. */
async function figuresOf({ pid = 0 }: ChildProcess): Promise<Figures | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const megabytesOf = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024;
    const [residentMb, anonymousMb] = [megabytesOf('VmRSS'), megabytesOf('RssAnon')];
    return { residentMb, anonymousMb, cpuMs: await cpuMsOf(pid) };
  } catch {
    return undefined;
  }
}
