/**
 * Which daemons are running: each renews a document of its own in `workers`, whether or not it has a run.
 */
import { isCertainlyDead } from '../../owner.ts';
import type { Owner } from '../../owner.ts';
import type { Application } from '../schema/definitions/application.ts';
import { everyApplication } from '../schema/definitions/application.ts';
import type { Store } from '../schema/collections.ts';

export interface RunningDaemon {
  readonly host: string;
  readonly pid: number;
  readonly startedAt: Date;
  /** Where it serves the page to the browsers of its machine. */
  readonly page?: string;
}

export interface DaemonIdentity {
  /** A random id, of this process alone. */
  readonly id: string;
  readonly clientId: string;
  readonly host: string;
  readonly pid: number;
  readonly process: Owner;
  readonly page?: string;
}

/** Says that the daemon runs, for `durationMs` from now on by the server's clock. */
export async function announceDaemon(
  { workers }: Store,
  { id, clientId, host, pid, process, page }: DaemonIdentity,
  durationMs: number,
): Promise<void> {
  const started_at = { $ifNull: ['$started_at', '$$NOW'] };
  const expires_at = { $add: ['$$NOW', durationMs] };
  const document = {
    ...{ host, pid, process, daemon_of: clientId, started_at, expires_at },
    ...(page !== undefined && { page_url: page }),
  };
  await workers.updateOne({ _id: id }, [{ $set: document }], { upsert: true });
}

/** Says that the daemon has stopped. */
export async function withdrawDaemon({ workers }: Store, id: string): Promise<void> {
  await workers.deleteOne({ _id: id });
}

/** The running daemons of an application, as seen from `host`. It only reads. */
export async function runningDaemons(
  { workers }: Store,
  application: Application,
  host: string,
): Promise<readonly RunningDaemon[]> {
  const daemon_of = application === everyApplication ? { $exists: true } : application;
  const isAlive = { $expr: { $gt: ['$expires_at', '$$NOW'] } };
  const found = await workers
    .find({ daemon_of, ...isAlive }, { sort: { started_at: 1 } })
    .toArray();
  const dead = await Promise.all(found.map(({ process }) => isCertainlyDead(process, host)));
  return found
    .filter((_, index) => dead[index] !== true)
    .map(({ host: at, pid, started_at: startedAt, page_url: page }) => ({
      ...{ host: at, pid, startedAt },
      ...(page !== undefined && { page }),
    }));
}
