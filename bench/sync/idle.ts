/**
 * What the daemon costs while it only runs its schedule.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  cli,
  daemonNodeOptions,
  environmentOf,
  logIn,
  runToEnd,
  withStrava,
} from './contenders.ts';
import type { Surroundings } from './contenders.ts';
import { cpuMsOf } from './mongod-usage.ts';

export interface Idle {
  readonly residentMb: number;
  readonly cpuMs: number;
}

/** The daemon that only runs its schedule, after a sync of five activities. */
export function measureIdle(
  surroundings: Surroundings,
  seconds: number,
): Promise<Idle | undefined> {
  return withStrava(5, async (address) => {
    await logIn(surroundings, address, 'idle');
    await runToEnd(surroundings, { args: [cli, 'sync'], address, database: 'idle' });
    return idleOf(environmentOf(address, surroundings, 'idle'), seconds);
  });
}

async function idleOf(env: NodeJS.ProcessEnv, seconds: number): Promise<Idle | undefined> {
  const daemon = spawn(process.execPath, [...daemonNodeOptions, cli, 'start'], {
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
    await sleep(5_000);
    const before = await figuresOf(daemon);
    await sleep(seconds * 1_000);
    const after = await figuresOf(daemon);
    if (before === undefined || after === undefined) return undefined;
    return { residentMb: after.residentMb, cpuMs: after.cpuMs - before.cpuMs };
  } finally {
    daemon.kill('SIGTERM');
    await once(daemon, 'close');
  }
}

/** Undefined on systems without /proc. */
async function figuresOf({ pid = 0 }: ChildProcess): Promise<Idle | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    return { residentMb: Number(kilobytes) / 1_024, cpuMs: await cpuMsOf(pid) };
  } catch {
    return undefined;
  }
}
