/**
 * `keys`: creates the file of the keys that encrypt the stored logins, or replaces the key in it. It
 * never prints a key.
 */
import type { ExitCode } from '../../errors.ts';
import { ConfigurationError, exitCodes, TokenKeyError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import { newTokenKey } from '../../mongo/base/token-cipher.ts';
import { createKeyFile } from '../../mongo/tokens/token-key-file.ts';
import { rotateKeys } from '../../mongo/tokens/re-encryption.ts';
import type { Program } from '../../program.ts';
import type { Lease } from '../../sync/ports/leases.ts';
import { counted } from '../shared/text/text-format.ts';

export async function keys(program: Program, action: 'new' | 'rotate'): Promise<ExitCode> {
  const path = program.config.tokenKeyFile;
  if (path === undefined) {
    throw new ConfigurationError([
      'TOKEN_KEY_FILE: is not set; set it to the path of the key file, for example TOKEN_KEY_FILE=/etc/domestique/token-keys',
    ]);
  }
  await (action === 'new' ? make(program, path) : rotate(program, path));
  return exitCodes.done;
}

async function make({ print }: Program, path: string): Promise<void> {
  await createKeyFile(path, newTokenKey());
  print(
    'Made the file of TOKEN_KEY_FILE with a new key. Keep a copy of it: without it, each athlete has to log in again. Logins are encrypted from the next start, sync or auth on.',
  );
}

async function rotate(program: Program, path: string): Promise<void> {
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const lease = await holdKeys(database);
    try {
      const { store, vault } = database;
      const added = newTokenKey();
      const { sealed, removed } = await rotateKeys(store, vault, { path, added });
      program.print(
        `The key ${added.id} is the current one: ${counted(sealed, 'login')} encrypted with it, ${counted(removed, 'old key')} removed. Keep a copy of the file.`,
      );
    } finally {
      await lease.release();
    }
  } finally {
    await database.close();
  }
}

/** Of two concurrent rotations, each would overwrite the other's file. */
async function holdKeys({ leases }: Database): Promise<Lease> {
  const lease = await leases.tryAcquire('keys');
  if ('epoch' in lease) return lease;
  throw new TokenKeyError(
    `Process ${lease.pid} on ${lease.host} is changing the keys. Run the command again when it is done.`,
  );
}
