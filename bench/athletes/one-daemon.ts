/**
 * One daemon: its start, and what it costs while it waits for the quota.
 */
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Document } from 'mongodb';
import { stop, withStage } from './stage.ts';

export interface OneDaemon {
  readonly firstRequestMs: number;
  readonly queriesPerS: number;
  readonly writesPerS: number;
  readonly stopMs: number;
  readonly rssMb: number;
}

/** One daemon with so many athletes, whose quota is spent soon. */
export function measureOne(uri: string, athletes: number): Promise<OneDaemon> {
  const quota = { short: 20, shortWindowMs: 900_000 };
  const options = { name: `athletes_${athletes}`, athletes, activities: 3, quota };
  return withStage(uri, options, async ({ simulator, db, daemon }) => {
    const startMs = performance.now();
    const child = daemon();
    await simulator.requests.waitFor((log) => log.entries.some((one) => one.isCounted), 300_000);
    const firstRequestMs = performance.now() - startMs;
    await sleep(20_000);
    const seconds = 20;
    await db.command({ profile: 2 });
    await sleep(seconds * 1_000);
    await db.command({ profile: 0 });
    const profiled = await db
      .collection('system.profile')
      .aggregate([
        { $match: { ns: { $not: /system\.profile$/ }, appName: 'domestique' } },
        { $group: { _id: '$op', count: { $sum: 1 } } },
      ])
      .toArray();
    const isWrite = ({ _id }: Document): boolean =>
      ['insert', 'update', 'remove'].includes(String(_id));
    const sum = (all: readonly Document[]): number =>
      all.reduce((total, { count }) => total + Number(count), 0);
    const rssMb = await residentMb(child);
    return {
      firstRequestMs,
      queriesPerS: sum(profiled.filter((one) => !isWrite(one))) / seconds,
      writesPerS: sum(profiled.filter(isWrite)) / seconds,
      stopMs: await stop(child),
      rssMb,
    };
  });
}

/** NaN on systems without /proc. */
async function residentMb({ pid = 0 }: ChildProcess): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    return Number(kilobytes) / 1_024;
  } catch {
    return Number.NaN;
  }
}
