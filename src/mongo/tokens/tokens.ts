/**
 * The `tokens` collection: one grant an athlete, replaced whole in one durable write. A grant of another
 * application is neither opened nor changed; only a new login replaces it.
 */
import type { Filter } from 'mongodb';
import type { TokenStore, Tokens } from '../../sync/ports/tokens.ts';
import { int64 } from '../base/bson-value.ts';
import type { Application } from '../schema/definitions/application.ts';
import { ownedBy } from '../schema/definitions/application.ts';
import type { Store, TokenDocument } from '../schema/collections.ts';
import type { GrantPlace } from './grant-document.ts';
import { digestOf, grantFrom, writeGrant } from './grant-document.ts';
import { assertOwnLogin } from './other-applications.ts';
import type { TokenVault } from './token-vault.ts';
import { plainVault } from './token-vault.ts';

/** The grants of an application. */
export function createTokenStore(
  { tokens, urgent }: Store,
  application: Application,
  vault: TokenVault = plainVault,
): TokenStore {
  return {
    load: async (athleteId) => {
      const found = await tokens.findOne({ _id: int64(athleteId) });
      if (found === null) return undefined;
      assertOwnLogin(athleteId, found, application);
      return tokensFrom(vault, athleteId, found);
    },

    // Grants are written urgently, so that a stop does not lose a new one.
    save: async (grant) => {
      const _id = int64(grant.athleteId);
      await writeGrant(vault, { place: grantPlaceOf(grant.athleteId), grant }, (document) =>
        urgent.tokens.replaceOne({ _id }, document, { upsert: true }),
      );
    },

    renew: async ({ athleteId, refreshToken }, renewed) => {
      // The renewed one too, so that writing it again finds it.
      const refreshTokens = [refreshToken, renewed.refreshToken];
      const filter = { ...ofGrants(athleteId, refreshTokens), ...ownedBy(application) };
      await writeGrant(vault, { place: grantPlaceOf(athleteId), grant: renewed }, (document) =>
        urgent.tokens.replaceOne(filter, document),
      );
    },

    markNeedsAuthorization: async ({ athleteId, refreshToken }, reason, since) => {
      const mark = { needs_authorization: { since, reason } };
      const filter = { ...ofGrants(athleteId, [refreshToken]), ...ownedBy(application) };
      await tokens.updateOne(filter, { $set: mark });
    },
  };
}

function grantPlaceOf(athleteId: number): GrantPlace {
  return { collection: 'tokens', owner: String(athleteId) };
}

/** The athlete's document, while one of these refresh tokens stands in it, sealed or as it is. */
function ofGrants(athleteId: number, refreshTokens: readonly string[]): Filter<TokenDocument> {
  return {
    _id: int64(athleteId),
    $or: [
      { refresh_token: { $in: refreshTokens } },
      { refresh_digest: { $in: refreshTokens.map(digestOf) } },
    ],
  };
}

async function tokensFrom(
  vault: TokenVault,
  athleteId: number,
  document: TokenDocument,
): Promise<Tokens> {
  const { needs_authorization } = document;
  return {
    athleteId,
    ...(await grantFrom(vault, grantPlaceOf(athleteId), document)),
    ...(needs_authorization && { needsAuthorization: needs_authorization }),
  };
}
