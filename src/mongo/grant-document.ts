/**
 * A grant as it stands in `tokens` and in `pending_grants`, whoever it belongs to.
 */
import type { Tokens } from '../sync/ports.ts';
import type { TokenDocument } from './collections.ts';

export type Grant = Omit<Tokens, 'athleteId' | 'needsAuthorization'>;
export type GrantDocument = Omit<TokenDocument, '_id' | 'needs_authorization'>;

export function grantFrom(document: GrantDocument): Grant {
  const { scope, obtained_at, client_id } = document;
  return {
    accessToken: document.access_token,
    refreshToken: document.refresh_token,
    expiresAt: document.expires_at,
    ...(obtained_at && { obtainedAt: obtained_at }),
    ...(client_id !== undefined && { clientId: client_id }),
    ...(scope && { scope }),
  };
}

export function grantTo(grant: Grant): GrantDocument {
  const { scope, obtainedAt, clientId } = grant;
  return {
    access_token: grant.accessToken,
    refresh_token: grant.refreshToken,
    expires_at: grant.expiresAt,
    ...(obtainedAt && { obtained_at: obtainedAt }),
    ...(clientId !== undefined && { client_id: clientId }),
    ...(scope && { scope }),
  };
}
