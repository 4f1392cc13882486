/**
 * A worker: a process that holds leases or shares athletes, as one document. One heartbeat renews it several
 * times within its duration, and with it all leases of the process. Two clocks say when it may have run
 * out, because the monotonic one stands still while a machine sleeps.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { DomestiqueError, MongoUnavailableError } from '../../errors.ts';
import type { Owner } from '../../owner.ts';
import type { Store, WorkerDocument } from '../schema/collections.ts';

export interface WorkerOptions {
  /** How long a worker lives without a renewal. */
  readonly durationMs: number;
  /** This process: its number, its host, and what identifies it. */
  readonly pid: number;
  readonly host: string;
  readonly process: Owner;
  readonly clock: Clock;
}

/** What a worker shares: the group, and how many athletes with work it holds. */
export type Sharing = Pick<WorkerDocument, 'shares' | 'athletes'>;

export interface Worker {
  /** Never used again once the document is gone. */
  readonly id: string;
  /** Aborted when the document is gone: another process may have every lease of this worker. */
  readonly lost: AbortSignal;
  /** Renews the worker if it may have run out by either clock; then `lost` is right. */
  readonly confirm: () => Promise<void>;
  /** Says what the worker shares; undefined for nothing. */
  readonly share: (sharing: Sharing | undefined) => Promise<void>;
  /** Removes the document, which frees what the worker still holds. */
  readonly end: () => Promise<void>;
}

const beatsPerDuration = 3;

interface ClockReading {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** `onRenewed` is called after each renewal. */
export async function startWorker(
  { workers }: Store,
  options: WorkerOptions & { readonly sharing: Sharing | undefined },
  onRenewed: (id: string) => Promise<void>,
): Promise<Worker> {
  const { clock, durationMs } = options;
  const _id = randomUUID();
  const lost = new AbortController();
  const ended = new AbortController();
  // Read before each request: the worker counts from then on.
  let renewedAt = readClocks(clock);
  await insert(workers, _id, options);

  const renew = async (): Promise<void> => {
    const requestedAt = readClocks(clock);
    const { matchedCount } = await workers.updateOne({ _id }, [
      { $set: { expires_at: { $add: ['$$NOW', durationMs] } } },
    ]);
    if (matchedCount === 0) lost.abort();
    else renewedAt = requestedAt;
    await onRenewed(_id);
  };

  const beating = beat(options, renew, AbortSignal.any([ended.signal, lost.signal]));

  return {
    id: _id,
    lost: lost.signal,
    confirm: async () => {
      if (!lost.signal.aborted && hasRunOut(renewedAt, readClocks(clock), durationMs))
        await renew();
    },
    share: async ({ shares, athletes } = {}) => {
      const change =
        shares === undefined
          ? { $unset: { shares: true as const, athletes: true as const } }
          : { $set: { shares, athletes: athletes ?? 0 } };
      await workers.updateOne({ _id }, change);
    },
    end: async () => {
      ended.abort();
      await beating;
      await remove(workers, _id);
    },
  };
}

/** Only now can a document of this id come to be: no lease names it before. */
async function insert(
  workers: Store['workers'],
  _id: string,
  { pid, host, process, durationMs, sharing }: WorkerOptions & { sharing: Sharing | undefined },
): Promise<void> {
  const expires_at = { $add: ['$$NOW', durationMs] };
  const document = { host, pid, process, started_at: '$$NOW', expires_at, ...sharing };
  await workers.updateOne({ _id }, [{ $set: document }], { upsert: true });
}

function readClocks(clock: Clock): ClockReading {
  return { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
}

function hasRunOut(renewedAt: ClockReading, now: ClockReading, durationMs: number): boolean {
  return (
    now.wallMs - renewedAt.wallMs >= durationMs ||
    now.monotonicMs - renewedAt.monotonicMs >= durationMs
  );
}

async function beat(
  { clock, durationMs }: WorkerOptions,
  renew: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(durationMs / beatsPerDuration, signal);
    if (signal.aborted) return;
    try {
      await renew();
    } catch (error) {
      // The next beat tries again; before a write the clocks decide.
      if (!(error instanceof DomestiqueError)) throw error;
    }
  }
}

/** Without MongoDB the worker runs out by itself. */
async function remove(workers: Store['workers'], _id: string): Promise<void> {
  try {
    await workers.deleteOne({ _id });
  } catch (error) {
    if (!(error instanceof MongoUnavailableError)) throw error;
  }
}
