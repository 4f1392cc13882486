/**
 * Mutual exclusion between processes of one machine, by Lamport's bakery algorithm over files. Each
 * contender writes only files that carry its own identity, so nothing has to be stolen from a dead
 * owner: its files do not count, and anybody may sweep them away.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from '../clock.ts';
import { identifySelf, isRunning } from '../process-identity.ts';

const pollMs = 50;

interface LockOptions {
  /** Holds the tickets of those who wait; made when missing. */
  folder: string;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while no other holder of the same folder's lock runs, in this process or another.
 * Throws the signal's reason when it is aborted while waiting.
 */
export async function withProcessLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  const { folder } = options;
  await mkdir(folder, { recursive: true });
  const owner = `${await identifySelf()}_${randomUUID()}`;
  const choosing = join(folder, `choosing_${owner}`);
  const ticketName = { current: '' };
  try {
    await writeFile(choosing, '');
    ticketName.current = `ticket_${nextNumber(await readdir(folder))}_${owner}`;
    await writeFile(join(folder, ticketName.current), '');
    await rm(choosing, { force: true });
    await waitForTurn(ticketName.current, options);
    return await work();
  } finally {
    await rm(choosing, { force: true });
    if (ticketName.current !== '') await rm(join(folder, ticketName.current), { force: true });
  }
}

function nextNumber(names: readonly string[]): string {
  const numbers = names
    .filter((name) => name.startsWith('ticket_'))
    .map((name) => Number(name.split('_')[1]));
  return String(Math.max(0, ...numbers) + 1).padStart(12, '0');
}

async function waitForTurn(ticket: string, options: LockOptions): Promise<void> {
  // Two looks in this order: one look at both could miss somebody who goes from choosing to waiting.
  await waitUntilNone((name) => name.startsWith('choosing_'), options);
  await waitUntilNone((name) => name.startsWith('ticket_') && name < ticket, options);
}

async function waitUntilNone(
  isInTheWay: (name: string) => boolean,
  options: LockOptions,
): Promise<void> {
  const { folder, clock, signal } = options;
  for (;;) {
    signal?.throwIfAborted();
    const others = (await readdir(folder)).filter(isInTheWay);
    const living = await Promise.all(others.map((name) => sweepUnlessAlive(folder, name)));
    if (!living.includes(true)) return;
    await clock.sleep(pollMs, signal);
  }
}

async function sweepUnlessAlive(folder: string, name: string): Promise<boolean> {
  if (await isRunning(name.split('_').at(-2) ?? '')) return true;
  await rm(join(folder, name), { force: true });
  return false;
}
