/**
 * `restore`: puts a backup into the database. The whole file is checked before anything is written, and
 * nobody works on the athletes meanwhile.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes, RestoreRejectedError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import type { Contents } from './contents.ts';
import { verifyBackup } from './contents.ts';
import { collectionsInTheWay, emptyDatabase } from './restore.ts';
import { restore as restoreInto } from './restore.ts';
import { isKept } from './selection.ts';
import type { Program } from '../../program.ts';
import type { Lease } from '../../sync/ports/ports.ts';
import { counted, instant, number } from '../shared/text-format.ts';

export interface RestoreOptions {
  readonly in: string;
  readonly force: boolean;
}

export async function restore(program: Program, options: RestoreOptions): Promise<ExitCode> {
  const contents = await verifyBackup(options.in);
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const held: Lease[] = [];
    try {
      await holdAthletes(database, held);
      await assertAllowed(database, options.force);
      await perform(program, database, { path: options.in, contents });
    } finally {
      for (const lease of held) await lease.release();
    }
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

/** @throws RestoreRejectedError where another process is at work. */
async function holdAthletes({ athletes, leases }: Database, held: Lease[]): Promise<void> {
  for (const id of await athletes.athleteIds()) {
    const lease = await leases.tryAcquire(`athlete:${id}`);
    if ('epoch' in lease) held.push(lease);
    else {
      throw new RestoreRejectedError(
        `Process ${lease.pid} on ${lease.host} is working on athlete ${id}. Stop it, then restore; nothing was changed.`,
      );
    }
  }
}

/** @throws RestoreRejectedError over data, unless it is forced. */
async function assertAllowed({ store, address }: Database, isForced: boolean): Promise<void> {
  const full = await collectionsInTheWay(store);
  if (full.length === 0 || isForced) return;
  throw new RestoreRejectedError(
    `The database ${address} holds data already (${full.join(', ')}). Restore into an empty one (MONGODB_DATABASE), or give --force: then what is in it is replaced, and lost. Nothing was changed.`,
  );
}

async function perform(
  program: Program,
  { store, address }: Database,
  { path, contents }: { path: string; contents: Contents },
): Promise<void> {
  const { log, signal, print } = program;
  const { counts, head } = contents;
  const now = new Date(program.clock.nowMs());
  log.info(`Restoring into ${address}; it is incomplete until the end.`);
  try {
    await emptyDatabase(store);
    const added = await restoreInto(store, { path, contents, now, signal });
    const documents = Object.values(added).reduce((sum, count) => sum + count, 0);
    print(
      `Restored ${counted(documents, 'document')} of the backup of ${instant(head.created_at)} into ${address}.`,
    );
    for (const [name, count] of Object.entries(counts)) {
      const there = count - (added[name] ?? 0);
      if (isKept(name) && there > 0)
        print(`${name}: ${number(there)} stood there already and stand as they were.`);
    }
    if (!head.has_tokens) print('Logins are not in it. Each athlete logs in: npm run auth');
  } catch (error) {
    log.error(
      'The restore is not complete: the database holds a part of the backup. Give the same command with --force.',
    );
    throw error;
  }
}
