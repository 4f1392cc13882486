/**
 * Leases: one holder at a time for a name, by compare-and-set on the server's clock. A holder that can
 * renew is never replaced; a dead process of this machine is replaced at once, a silent one of another
 * machine when its lease has run out.
 */
import { randomUUID } from 'node:crypto';
import type { Filter } from 'mongodb';
import type { Clock } from '../../clock.ts';
import type { Owner } from '../../owner.ts';
import { isCertainlyDead } from '../../owner.ts';
import type { LeaseHolder, LeaseStore } from '../../sync/ports/leases.ts';
import type { Collections, LeaseDocument, Store } from '../schema/collections.ts';
import { keepAlive, readClocks } from './lease-renewal.ts';

export interface LeaseOptions {
  readonly durationMs: number;
  /** This process: its number, its host, and what identifies it. */
  readonly pid: number;
  readonly host: string;
  readonly process: Owner;
  readonly clock: Clock;
}

export function createLeaseStore(store: Store, options: LeaseOptions): LeaseStore {
  return {
    tryAcquire: async (name) => {
      const { leases } = store;
      await leases.updateOne(
        { _id: name },
        { $setOnInsert: { epoch: 0, expires_at: new Date(0) } },
        { upsert: true },
      );
      const owner = randomUUID();
      const requestedAt = readClocks(options.clock);
      const held = await leases.findOne({ _id: name });
      const dead = await deadOwner(held, options.host);
      const taken = await takeOver(leases, { name, owner, dead, options });
      if (taken !== null) {
        const grant = { name, owner, epoch: taken.epoch };
        return keepAlive({ leases, grant, ...options, requestedAt });
      }
      const holder = await leases.findOne({ _id: name });
      return holderOf(holder);
    },
  };
}

/** The owner of a lease that a dead process of this machine left behind. */
async function deadOwner(held: LeaseDocument | null, host: string): Promise<string | undefined> {
  if (held?.process === undefined) return undefined;
  return (await isCertainlyDead(held.process, host)) ? held.owner : undefined;
}

interface TakeOver {
  readonly name: string;
  readonly owner: string;
  readonly dead: string | undefined;
  readonly options: LeaseOptions;
}

async function takeOver(
  leases: Collections['leases'],
  { name, owner, dead, options: { durationMs, host, pid, process } }: TakeOver,
): Promise<LeaseDocument | null> {
  const isFree: Filter<LeaseDocument> = { $expr: { $lte: ['$expires_at', '$$NOW'] } };
  const isOurs: Filter<LeaseDocument> = { owner };
  const isDead: Filter<LeaseDocument>[] = dead === undefined ? [] : [{ owner: dead }];
  return leases.findOneAndUpdate(
    { _id: name, $or: [isFree, isOurs, ...isDead] },
    [
      {
        $set: {
          owner,
          host,
          pid,
          process,
          // By the clock, so that it grows even where the leases themselves were removed.
          epoch: { $max: [{ $add: ['$epoch', 1] }, { $toLong: '$$NOW' }] },
          acquired_at: '$$NOW',
          expires_at: { $add: ['$$NOW', durationMs] },
        },
      },
    ],
    { returnDocument: 'after' },
  );
}

function holderOf(document: LeaseDocument | null): LeaseHolder {
  return {
    host: document?.host ?? 'unknown',
    pid: document?.pid ?? 0,
    expiresAt: document?.expires_at ?? new Date(0),
  };
}
