/**
 * Identifies processes of this machine by pid and start time, because the system reuses pids. It does
 * not cover other machines or other pid namespaces.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `PID-START`: only digits, letters and `-`, so that it can be part of a file name. */
export type ProcessIdentity = string;

/** The identity of the process that has this pid now; undefined without one, or for a zombie without threads. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const start = process.platform === 'linux' ? await startByProc(pid) : await startByPs(pid);
  return start === undefined ? undefined : `${pid}-${start}`;
}

/** The identity of this process. */
export async function identifySelf(): Promise<ProcessIdentity> {
  return (await identifyProcess(process.pid)) ?? `${process.pid}-unknown`;
}

/** Whether the process of this identity still runs. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  const pid = Number.parseInt(identity, 10);
  if (pid === process.pid) return identity === (await identifySelf());
  return (await identifyProcess(pid)) === identity;
}

/** The arguments of a running process, joined by spaces; empty without a process. */
export async function commandLineOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return await ps('command=', pid);
  return (await readOrEmpty(`/proc/${pid}/cmdline`)).split('\0').join(' ');
}

/**
 * Fields 3, 20 and 22 of proc(5)'s `stat`; the name in field 2 may hold spaces and parentheses. A process
 * that ends shows as a zombie as soon as its first thread is gone, while the others may still hold its
 * ports and file locks.
 */
async function startByProc(pid: number): Promise<string | undefined> {
  const stat = await readOrEmpty(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, threads, ticksSinceBoot] = [fields[0], Number(fields[17]), fields[19]];
  if (ticksSinceBoot === undefined || state === 'X') return undefined;
  if (state === 'Z' && threads <= 1) return undefined;
  const bootId = await readOrEmpty('/proc/sys/kernel/random/boot_id');
  return `${ticksSinceBoot}-${bootId.slice(0, 8)}`;
}

async function startByPs(pid: number): Promise<string | undefined> {
  const line = (await ps('stat=,lstart=', pid)).trim();
  if (line === '' || line.startsWith('Z')) return undefined;
  return line.replace(/^\S+\s+/, '').replace(/\W+/g, '-');
}

async function ps(columns: string, pid: number): Promise<string> {
  const env = { LC_ALL: 'C', TZ: 'UTC', PATH: '/bin:/usr/bin' };
  try {
    return (await run('ps', ['-ww', '-o', columns, '-p', String(pid)], { env })).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 1) return '';
    throw error;
  }
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
