/**
 * Identifies the process and machine that hold a lease or made a reservation, so that nobody waits for
 * those of a dead process of this machine.
 */
import { readFile, readlink } from 'node:fs/promises';
import { identifySelf, isRunning } from './process-identity.ts';

/** One process as text: host, boot, pid namespace, process. */
export type Owner = string;

const separator = '|';

/** The owner for this process on `host`. */
export async function identifyOwner(host: string): Promise<Owner> {
  return [host, await bootId(), await processNamespace(), await identifySelf()].join(separator);
}

/**
 * Whether the owner was a process of this boot and pid namespace that has ended. False for all others,
 * even those of an earlier boot, because another machine may have the same host name: their leases
 * expire by themselves.
 */
export async function isCertainlyDead(owner: Owner, host: string): Promise<boolean> {
  const [ownHost, boot, namespace, identity] = owner.split(separator);
  const isHere =
    ownHost === host && boot === (await bootId()) && namespace === (await processNamespace());
  return isHere && identity !== undefined && !(await isRunning(identity));
}

/** Empty where the system has no boot id: the start time alone then distinguishes processes. */
async function bootId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return '';
  }
}

/** Distinguishes the processes of different containers on the same boot. */
async function processNamespace(): Promise<string> {
  try {
    return await readlink('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
