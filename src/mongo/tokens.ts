/**
 * The `tokens` collection: one grant an athlete, replaced whole in one durable write.
 */
import type { Tokens, TokenStore } from '../sync/ports.ts';
import { int64 } from './bson-value.ts';
import type { Collections, TokenDocument } from './collections.ts';
import type { Mongo } from './connection.ts';
import { grantFrom, grantTo } from './grant-document.ts';

/** Not even a stop comes between a new grant and its write. */
const urgently = { isUrgent: true };

export function createTokenStore({ attempt }: Mongo, { tokens }: Collections): TokenStore {
  return {
    load: async (athleteId) => {
      const found = await attempt(() => tokens.findOne({ _id: int64(athleteId) }));
      return found === null ? undefined : tokensFrom(athleteId, found);
    },

    save: async (grant) => {
      const _id = int64(grant.athleteId);
      const document = grantTo(grant);
      await attempt(() => tokens.replaceOne({ _id }, document, { upsert: true }), urgently);
    },

    renew: async ({ athleteId, refreshToken }, renewed) => {
      const filter = { _id: int64(athleteId), refresh_token: refreshToken };
      await attempt(() => tokens.replaceOne(filter, grantTo(renewed)), urgently);
    },

    markNeedsAuthorization: async ({ athleteId, refreshToken }, reason, since) => {
      await attempt(() =>
        tokens.updateOne(
          { _id: int64(athleteId), refresh_token: refreshToken },
          { $set: { needs_authorization: { since, reason } } },
        ),
      );
    },
  };
}

function tokensFrom(athleteId: number, document: TokenDocument): Tokens {
  const { needs_authorization } = document;
  return {
    athleteId,
    ...grantFrom(document),
    ...(needs_authorization && { needsAuthorization: needs_authorization }),
  };
}
