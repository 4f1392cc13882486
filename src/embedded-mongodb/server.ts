/**
 * The MongoDB of those who have none: a real mongod on DATA_DIR that several of our processes
 * share. The first starts it, later ones find it, the last one shuts it down; one that a crash left
 * running is adopted. Leaves alone whatever it cannot prove to be the mongod of this folder.
 */
import { EmbeddedServerError } from '../errors.ts';
import { openDataFolder, type DataFolder } from './data-folder.ts';
import { explainingFileErrors } from './file-errors.ts';
import { uriOf } from './mongod.ts';
import { withProcessLock } from './process-lock.ts';
import { findRunningMongod, shutDown } from './running-mongod.ts';
import { adoptOrStart, type EmbeddedServerOptions } from './server-start.ts';
import { hasUsers, registerUser } from './server-users.ts';

/** This process's share in the server. */
export interface EmbeddedServer {
  uri: string;
  /** Starts the server again, at the same address, when its process has died. */
  ensureRunning(): Promise<void>;
  /** Gives the share back, and shuts the server down when nobody else has one. Idempotent. */
  release(): Promise<void>;
}

/** Throws EmbeddedServerError, and the signal's reason when it is aborted on the way. */
export async function useEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  return await explaining(options, async () => {
    const folder = await openDataFolder(options.dataDir);
    return await whileLocked(folder, options, async () => {
      const leave = await registerUser(folder.usersFolder);
      const giveBack = async () => {
        await leave();
        if (!(await hasUsers(folder.usersFolder))) await shutDownIfRunning(folder, options);
      };
      try {
        const port = await adoptOrStart(folder, options);
        return shareOf(folder, { ...options, port }, giveBack);
      } catch (error) {
        // Why there is no server says more than what happens while the rest is put away.
        await Promise.allSettled([giveBack()]);
        throw error;
      }
    });
  });
}

function shareOf(
  folder: DataFolder,
  options: EmbeddedServerOptions,
  giveBack: () => Promise<void>,
): EmbeddedServer {
  let released: Promise<void> | undefined;
  return {
    uri: uriOf(options.port),
    ensureRunning: async () => {
      if (released !== undefined) return;
      const port = await whileLocked(folder, options, () => adoptOrStart(folder, options));
      if (port !== options.port) throw movedError(options.port, port);
    },
    release: () => {
      // Without the signal: what is released because of an abort has to come to its end.
      released ??= whileLocked(folder, { ...options, signal: undefined }, giveBack);
      return released;
    },
  };
}

async function whileLocked<T>(
  folder: DataFolder,
  options: EmbeddedServerOptions,
  work: () => Promise<T>,
): Promise<T> {
  const lock = { folder: folder.lockFolder, clock: options.clock, signal: options.signal };
  return await explaining(options, () => withProcessLock(lock, work));
}

async function explaining<T>(
  { dataDir }: EmbeddedServerOptions,
  work: () => Promise<T>,
): Promise<T> {
  return await explainingFileErrors(`DATA_DIR (${dataDir})`, work);
}

function movedError(before: number, now: number): EmbeddedServerError {
  return new EmbeddedServerError(
    `The embedded MongoDB was started again at port ${now} instead of ${before}: start this program again too.`,
  );
}

async function shutDownIfRunning(
  folder: DataFolder,
  { clock, debug }: EmbeddedServerOptions,
): Promise<void> {
  const running = await findRunningMongod(folder.dbPath);
  if (running === undefined) return;
  await shutDown(running, clock);
  debug('Shut the embedded MongoDB down');
}
