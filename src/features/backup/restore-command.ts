/**
 * `restore`: puts a backup into the database. Everything is checked before anything is written, and nobody
 * works on the athletes meanwhile.
 */
import { commandLine } from '../../domain/invocation.ts';
import { counted, number } from '../shared/text/text-format.ts';
import { readerOf, timeText } from '../shared/text/time-text.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, InterruptedError, RestoreRejectedError, UsageError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import { athleteIds } from '../../mongo/athletes/athletes.ts';
import { everyApplication } from '../../mongo/schema/definitions/application.ts';
import type { Program } from '../../program.ts';
import type { Lease } from '../../sync/ports/leases.ts';
import { athleteLease } from '../../sync/ports/leases.ts';
import { createCountProgress } from '../shared/progress/count-progress.ts';
import { sayIfInterrupted } from '../shared/interruption.ts';
import type { Contents } from './read-directory.ts';
import { verifyBackup } from './read-directory.ts';
import type { Restored } from './restore.ts';
import { collectionsInTheWay, emptyDatabase, idIndex, restore as restoreInto } from './restore.ts';
import { isOurs, loginCollection } from './rules.ts';

export interface RestoreOptions {
  readonly in: string;
  readonly force: boolean;
}

export async function restore(program: Program, options: RestoreOptions): Promise<ExitCode> {
  if (options.in === '') throw new UsageError('--in takes the directory of a backup.');
  const contents = await verify(program, options.in);
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const held: Lease[] = [];
    try {
      await holdAthletes(database, held);
      await assertAllowed(database, options.force);
      const restored = await perform(program, database, contents);
      report(program, database, { contents, restored });
    } finally {
      for (const lease of held) await lease.release();
    }
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

async function verify(program: Program, path: string): Promise<Contents> {
  using progress = createCountProgress(program, { doing: 'Checking', unit: 'documents' });
  return await sayIfInterrupted(
    () => verifyBackup(path, { progress, signal: program.signal }),
    () => 'Interrupted while the backup was checked; nothing was changed.',
  );
}

/** @throws RestoreRejectedError where another process is at work. */
async function holdAthletes({ store, leases }: Database, held: Lease[]): Promise<void> {
  for (const id of await athleteIds(store, everyApplication)) {
    const lease = await leases.tryAcquire(athleteLease(id));
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

const partialText = 'The database holds a part of the backup. Give the same command with --force.';

/** Returns what became of the documents, by collection. */
async function perform(
  program: Program,
  { store, address }: Database,
  contents: Contents,
): Promise<ReadonlyMap<string, Restored>> {
  const { clock, log, signal } = program;
  log.info(`Restoring into ${address}; it is incomplete until the end.`);
  using progress = createCountProgress(program, { doing: 'Restoring', unit: 'documents' });
  const all = [...contents.files.values()].reduce((sum, { documents }) => sum + documents, 0);
  try {
    await emptyDatabase(store);
    const options = { now: new Date(clock.nowMs()), signal, progress };
    return await sayIfInterrupted(
      () => restoreInto(store, contents, options),
      () =>
        `Interrupted: ${number(progress.count())} of ${counted(all, 'document')} restored. ${partialText}`,
    );
  } catch (error) {
    if (!(error instanceof InterruptedError))
      log.error(`The restore is not complete: ${partialText}`);
    throw error;
  }
}

function report(
  program: Program,
  { address }: Database,
  { contents, restored }: { contents: Contents; restored: ReadonlyMap<string, Restored> },
): void {
  const { print } = program;
  const { createdAt, files } = contents;
  const documents = [...restored.values()].reduce((sum, { added }) => sum + added, 0);
  const what =
    createdAt === undefined ? 'dump' : `backup of ${timeText(createdAt, readerOf(program))}`;
  print(`Restored ${counted(documents, 'document')} of the ${what} into ${address}.`);
  for (const [name, { rejected }] of restored) {
    for (const [index, count] of rejected) print(rejectedText(name, index, count));
    if (!isOurs(name))
      print(
        `${name}: not a collection of this program; its documents are restored, its indexes are not.`,
      );
  }
  if (!files.has(loginCollection))
    print(`Logins are not in it. Each athlete logs in: ${commandLine('auth')}`);
}

/** What to say of documents that a unique index rejected. Pure. */
export function rejectedText(collection: string, index: string, count: number): string {
  return index === idIndex
    ? `${collection}: ${number(count)} stood there already and stand as they were.`
    : `${collection}: ${counted(count, 'document')} left out, because the unique index ${index} has an entry of another document with the same values. The backup still has what is left out.`;
}
