/**
 * Tells processes of this machine apart, also after their pid has been given to another: a pid alone
 * does not. Knows nothing of processes on other machines or in other pid namespaces.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `PID-BIRTH`: made of digits, letters and `-` only, so that it can be part of a file's name. */
export type ProcessIdentity = string;

/** The identity of the process that has this pid now; undefined when none has, or a zombie. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const birth = process.platform === 'linux' ? await birthByProc(pid) : await birthByPs(pid);
  return birth === undefined ? undefined : `${pid}-${birth}`;
}

/** The identity of this very process. */
export async function identifySelf(): Promise<ProcessIdentity> {
  return (await identifyProcess(process.pid)) ?? `${process.pid}-unknown`;
}

/** Whether the process that was given this identity still runs. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  const pid = Number.parseInt(identity, 10);
  if (pid === process.pid) return identity === (await identifySelf());
  return (await identifyProcess(pid)) === identity;
}

/** The arguments of a running process, joined by spaces; empty when there is none. */
export async function commandLineOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return await ps('command=', pid);
  return (await readOrEmpty(`/proc/${pid}/cmdline`)).split('\0').join(' ');
}

/** Fields 3 and 22 of proc(5)'s `stat`; the name in field 2 may hold spaces and parentheses. */
async function birthByProc(pid: number): Promise<string | undefined> {
  const stat = await readOrEmpty(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticksSinceBoot] = [fields[0], fields[19]];
  if (ticksSinceBoot === undefined || state === 'Z' || state === 'X') return undefined;
  const bootId = await readOrEmpty('/proc/sys/kernel/random/boot_id');
  return `${ticksSinceBoot}-${bootId.slice(0, 8)}`;
}

async function birthByPs(pid: number): Promise<string | undefined> {
  const answer = (await ps('stat=,lstart=', pid)).trim();
  if (answer === '' || answer.startsWith('Z')) return undefined;
  return answer.replace(/^\S+\s+/, '').replace(/\W+/g, '-');
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
