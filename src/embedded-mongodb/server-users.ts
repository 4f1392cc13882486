/**
 * Who uses the embedded server: one file for each user, named after its process, so that a process
 * that died without saying so does not count. The caller holds the lock of the data folder.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { identifySelf, isRunning } from '../process-identity.ts';

/** Registers this process as one more user; what it gives back takes that back. */
export async function registerUser(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, `${await identifySelf()}_${randomUUID()}`);
  await writeFile(file, '');
  return async () => {
    await rm(file, { force: true });
  };
}

/** Whether any user's process still runs; the files of the others are removed. */
export async function hasUsers(folder: string): Promise<boolean> {
  let isUsed = false;
  for (const name of await readdir(folder)) {
    if (await isRunning(name.split('_')[0] ?? '')) isUsed = true;
    else await rm(join(folder, name), { force: true });
  }
  return isUsed;
}
