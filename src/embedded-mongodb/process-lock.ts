/**
 * Mutual exclusion between processes of one machine: Lamport's bakery algorithm over files. Each
 * contender writes only files that carry its own identity. The files of a dead process do not count, so
 * no lock has to be taken over from it.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from '../clock.ts';
import { makeFolder } from '../make-folder.ts';
import { identifySelf, isRunning } from '../process-identity.ts';

const pollMs = 50;

interface LockOptions {
  /** Holds the tickets of the waiting processes; created if missing. */
  folder: string;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while no other holder of the same folder's lock runs, in this process or another.
 * @throws the signal's reason if it is aborted while waiting.
 */
export async function withProcessLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  const { folder } = options;
  await makeFolder(folder);
  const owner = `${await identifySelf()}_${randomUUID()}`;
  const choosing = join(folder, `choosing_${owner}`);
  const tickets: string[] = [];
  try {
    await writeFile(choosing, '');
    const ticket = `ticket_${nextNumber(await readdir(folder))}_${owner}`;
    tickets.push(ticket);
    await writeFile(join(folder, ticket), '');
    await rm(choosing, { force: true });
    // In this order: one look at both could miss a process that goes from choosing to waiting.
    await waitUntilNone((name) => name.startsWith('choosing_'), options);
    await waitUntilNone((name) => name.startsWith('ticket_') && name < ticket, options);
    return await work();
  } finally {
    await rm(choosing, { force: true });
    for (const ticket of tickets) await rm(join(folder, ticket), { force: true });
  }
}

function nextNumber(names: readonly string[]): string {
  const numbers = names
    .filter((name) => name.startsWith('ticket_'))
    .map((name) => Number(name.split('_')[1]));
  return String(Math.max(0, ...numbers) + 1).padStart(12, '0');
}

async function waitUntilNone(
  isBlocking: (name: string) => boolean,
  { folder, clock, signal }: LockOptions,
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const blocking = (await readdir(folder)).filter(isBlocking);
    const living = await Promise.all(blocking.map((name) => removeUnlessAlive(folder, name)));
    if (!living.includes(true)) return;
    await clock.sleep(pollMs, signal);
  }
}

async function removeUnlessAlive(folder: string, name: string): Promise<boolean> {
  if (await isRunning(name.split('_').at(-2) ?? '')) return true;
  await rm(join(folder, name), { force: true });
  return false;
}
