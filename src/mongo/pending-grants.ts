/**
 * The `pending_grants` collection: a grant whose athlete is not known yet, under the digest of the
 * refresh token that it replaced. Each is there for seconds, unless a login was interrupted.
 */
import { createHash } from 'node:crypto';
import type { Mongo } from './connection.ts';
import type { Grant, GrantDocument } from './grant-document.ts';
import { grantFrom, grantTo } from './grant-document.ts';

export interface PendingGrants {
  load(digest: string): Promise<Grant | undefined>;
  save(digest: string, grant: Grant): Promise<void>;
  remove(digest: string): Promise<void>;
}

type PendingGrantDocument = GrantDocument & {
  readonly _id: string;
};

/** The replaced token itself is not kept. */
export function digestOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('hex');
}

export function createPendingGrants({ db, attempt }: Mongo): PendingGrants {
  const grants = db.collection<PendingGrantDocument>('pending_grants');
  return {
    load: async (_id) => {
      const found = await attempt(() => grants.findOne({ _id }));
      return found === null ? undefined : grantFrom(found);
    },
    save: async (_id, grant) => {
      const document = grantTo(grant);
      await attempt(() => grants.replaceOne({ _id }, document, { upsert: true }), {
        isUrgent: true,
      });
    },
    remove: async (_id) => {
      await attempt(() => grants.deleteOne({ _id }));
    },
  };
}
