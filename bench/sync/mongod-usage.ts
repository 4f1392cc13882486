/**
 * What a measured program costs mongod: its CPU, and what it counts itself.
 */
import { readFile } from 'node:fs/promises';
import type { Document } from 'mongodb';
import { MongoClient } from 'mongodb';

/** Since the start of mongod, or between two instants. */
export interface MongodUsage {
  /** User and system; 0 on systems without /proc. */
  readonly cpuMs: number;
  /** Inserts, updates, deletes, queries, further batches and other commands. */
  readonly commands: number;
  readonly journalSyncs: number;
  readonly journalBytes: number;
}

export interface Server {
  readonly uri: string;
  readonly pid: number;
}

/** Measures mongod before and after `run`. */
export async function measureMongod<T>(
  server: Server,
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly usage: MongodUsage }> {
  await using client = new MongoClient(server.uri);
  const before = await usageOf(server, client);
  const result = await run();
  const after = await usageOf(server, client);
  return {
    result,
    usage: {
      cpuMs: after.cpuMs - before.cpuMs,
      // The look at the counters counts as a command.
      commands: after.commands - before.commands - 1,
      journalSyncs: after.journalSyncs - before.journalSyncs,
      journalBytes: after.journalBytes - before.journalBytes,
    },
  };
}

async function usageOf({ pid }: Server, client: MongoClient): Promise<MongodUsage> {
  const status = await client.db('admin').command({ serverStatus: 1 });
  const log = (status['wiredTiger'] as Document)['log'] as Document;
  const counters = Object.entries(status['opcounters'] as Document);
  const counted = counters.filter(([name]) => name !== 'deprecated');
  return {
    cpuMs: await cpuMsOf(pid),
    commands: counted.reduce((sum, [, count]) => sum + Number(count), 0),
    journalSyncs: Number(log['log sync operations']),
    journalBytes: Number(log['log bytes written']),
  };
}

/** A tick of the kernel is 10 ms. */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}
