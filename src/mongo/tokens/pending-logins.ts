/**
 * The `pending_logins` collection: a grant whose athlete is not known yet, under the digest of the
 * refresh token that it replaced. Each is there for seconds, unless a login was interrupted.
 */
import { int64 } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';
import type { Grant, GrantPlace } from './grant-document.ts';
import { grantFrom, writeGrant } from './grant-document.ts';
import type { TokenVault } from './token-vault.ts';
import { plainVault } from './token-vault.ts';

export interface PendingLogins {
  load(digest: string): Promise<Grant | undefined>;
  save(digest: string, grant: Grant): Promise<void>;
  /** Says whose it is, so that it goes when that athlete is erased. */
  claim(digest: string, athleteId: number): Promise<void>;
  remove(digest: string): Promise<void>;
}

export function createPendingLogins(
  { pending_logins: grants, urgent }: Store,
  vault: TokenVault = plainVault,
): PendingLogins {
  return {
    load: async (_id) => {
      const found = await grants.findOne({ _id });
      return found === null ? undefined : grantFrom(vault, grantPlaceOf(_id), found);
    },
    save: async (_id, grant) => {
      await writeGrant(vault, { place: grantPlaceOf(_id), grant }, (document) =>
        urgent.pending_logins.replaceOne({ _id }, document, { upsert: true }),
      );
    },
    claim: async (_id, athleteId) => {
      const owner = { athlete_id: int64(athleteId) };
      await grants.updateOne({ _id }, { $set: owner });
    },
    remove: async (_id) => {
      await grants.deleteOne({ _id });
    },
  };
}

function grantPlaceOf(digest: string): GrantPlace {
  return { collection: 'pending_logins', owner: digest };
}
