/**
 * Three daemons that share the athletes of one database, and how soon one that is gone is replaced.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Document } from 'mongodb';
import { leaseMs, stop, withStage } from './stage.ts';

/** Athletes held by each daemon, in the order of their pids. */
async function heldBy(db: Db, daemons: readonly ChildProcess[]): Promise<readonly number[]> {
  const workers = await db.collection('workers').find().toArray();
  return Promise.all(
    daemons.map(({ pid }) => {
      const owner = { $in: workers.filter((one) => one['pid'] === pid).map(({ _id }) => _id) };
      return db.collection('leases').countDocuments({ _id: /^athlete:/ as never, owner });
    }),
  );
}

export interface Shared {
  readonly requests: readonly number[];
  readonly held: readonly number[];
  /** From the end of a process, and from its standstill, until others have all its athletes. */
  readonly killedMs: number;
  readonly stoppedMs: number;
}

/** Small enough that the work lasts as long as the measurement. */
const quota = { short: 20, shortWindowMs: 4_000 };
const startsWithinMs = 90_000;

/** Three daemons that start four seconds apart, with thirty athletes. */
export function measureShares(uri: string): Promise<Shared> {
  const options = { name: 'shares', athletes: 30, activities: 20, quota };
  return withStage(uri, options, async ({ db, daemon }) => {
    const three = [daemon()];
    for (let started = 1; started < 3; started += 1) {
      await sleep(4_000);
      three.push(daemon());
    }
    await sleep(30_000);
    const held = await heldBy(db, three);
    await Promise.all(three.map(stop));
    const runs = await db.collection('runs').find().toArray();
    const requests = three.map(({ pid }) => requestsOf(runs, pid));
    const [suspended, killed] = [daemon(), daemon(), daemon()];
    const startMs = performance.now();
    while ((await heldBy(db, [suspended, killed])).includes(0)) {
      if (performance.now() - startMs > startsWithinMs)
        throw new Error('No work was left to share.');
      await sleep(500);
    }
    await sleep(10_000);
    const stoppedMs = await timeToReplace(db, suspended, 'SIGSTOP');
    suspended.kill('SIGKILL');
    await sleep(5_000);
    const killedMs = await timeToReplace(db, killed, 'SIGKILL');
    return { requests, held, killedMs, stoppedMs };
  });
}

function requestsOf(runs: readonly Document[], pid: number | undefined): number {
  return runs
    .filter((run) => run['pid'] === pid)
    .reduce(
      (sum, run) => sum + Number((run['counts'] as Document | undefined)?.['requests'] ?? 0),
      0,
    );
}

async function timeToReplace(db: Db, child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  const worker = await db.collection('workers').findOne({ pid: child.pid ?? 0 });
  if (worker === null) return Number.NaN;
  const leases = db.collection('leases');
  const ofWorker = { _id: /^athlete:/ as never, owner: worker._id };
  const names = (await leases.find(ofWorker).toArray()).map(({ _id }) => _id);
  const startMs = performance.now();
  child.kill(signal);
  const isTaken = { _id: { $in: names }, owner: { $exists: true, $ne: worker._id } };
  while ((await leases.countDocuments(isTaken)) < names.length) {
    if (performance.now() - startMs > 8 * leaseMs) return Number.NaN;
    await sleep(100);
  }
  return performance.now() - startMs;
}
