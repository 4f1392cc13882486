/**
 * Which process, of which machine, holds a lease or made a reservation: so that what a dead process of
 * this machine left behind is not waited for.
 */
import { readFile, readlink } from 'node:fs/promises';
import { identifySelf, isRunning } from './process-identity.ts';

/** One process in one line: host, boot, namespace of process numbers, process. */
export type Owner = string;

const separator = '|';

/** This process, on the host of that name. */
export async function identifyOwner(host: string): Promise<Owner> {
  return [host, await bootId(), await processNamespace(), await identifySelf()].join(separator);
}

/**
 * Whether the owner is certainly dead: a process of this boot and this namespace that runs no more.
 * False for everybody else, an earlier boot of this machine too, because another machine may have the
 * same name: what those left behind runs out by itself.
 */
export async function isCertainlyDead(owner: Owner, host: string): Promise<boolean> {
  const [ownHost, boot, namespace, identity] = owner.split(separator);
  const isHere =
    ownHost === host && boot === (await bootId()) && namespace === (await processNamespace());
  return isHere && identity !== undefined && !(await isRunning(identity));
}

/** Empty where the system names no boot: its processes are then told apart by their birth alone. */
async function bootId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return '';
  }
}

/** Tells the processes of one container from those of another on the same boot. */
async function processNamespace(): Promise<string> {
  try {
    return await readlink('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
