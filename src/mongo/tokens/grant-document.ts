/**
 * A grant as it stands in `tokens` and in `pending_logins`, whoever it belongs to: its two tokens sealed
 * where there is a key.
 */
import { createHash } from 'node:crypto';
import type { Tokens } from '../../sync/ports/tokens.ts';
import type { TokenDocument } from '../schema/collections.ts';
import type { SecretPlace } from '../base/token-cipher.ts';
import type { TokenVault } from './token-vault.ts';

export type Grant = Omit<Tokens, 'athleteId' | 'needsAuthorization'>;
export type GrantDocument = Omit<TokenDocument, '_id' | 'needs_authorization'>;

/** The document that a grant stands in. */
export type GrantPlace = Omit<SecretPlace, 'field'>;

/** Of 160 random bits, so nobody finds a refresh token from it; it says whether two are the same. */
export function digestOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('hex');
}

/** The two tokens, as they are stored. */
export type SealedTokens = Pick<GrantDocument, 'access_token' | 'refresh_token' | 'refresh_digest'>;

export async function sealTokens(
  vault: TokenVault,
  place: GrantPlace,
  { accessToken, refreshToken }: Pick<Grant, 'accessToken' | 'refreshToken'>,
): Promise<SealedTokens> {
  const access_token = await vault.seal(accessToken, { ...place, field: 'access_token' });
  const refresh_token = await vault.seal(refreshToken, { ...place, field: 'refresh_token' });
  const isSealed = typeof refresh_token !== 'string';
  const digest = isSealed && { refresh_digest: digestOf(refreshToken) };
  return { access_token, refresh_token, ...digest };
}

/** @throws TokenKeyError */
export async function openTokens(
  vault: TokenVault,
  place: GrantPlace,
  { access_token, refresh_token }: SealedTokens,
): Promise<Pick<Grant, 'accessToken' | 'refreshToken'>> {
  return {
    accessToken: await vault.open(access_token, { ...place, field: 'access_token' }),
    refreshToken: await vault.open(refresh_token, { ...place, field: 'refresh_token' }),
  };
}

/** @throws TokenKeyError */
export async function grantFrom(
  vault: TokenVault,
  place: GrantPlace,
  document: GrantDocument,
): Promise<Grant> {
  const { scope, obtained_at, client_id } = document;
  return {
    ...(await openTokens(vault, place, document)),
    expiresAt: document.expires_at,
    ...(obtained_at && { obtainedAt: obtained_at }),
    ...(client_id !== undefined && { clientId: client_id }),
    ...(scope && { scope }),
  };
}

/**
 * Seals the grant and has it written, and once more where its key was taken out of the file meanwhile.
 * So whoever rotates the keys looks for documents after it has removed one, and whoever writes looks
 * for the key after it has written: one of the two notices the other.
 */
export async function writeGrant(
  vault: TokenVault,
  { place, grant }: { place: GrantPlace; grant: Grant },
  write: (document: GrantDocument) => Promise<unknown>,
): Promise<void> {
  const { scope, obtainedAt, clientId, expiresAt } = grant;
  for (;;) {
    const sealed = await sealTokens(vault, place, grant);
    await write({
      ...sealed,
      expires_at: expiresAt,
      ...(obtainedAt && { obtained_at: obtainedAt }),
      ...(clientId !== undefined && { client_id: clientId }),
      ...(scope && { scope }),
    });
    const isThere = await vault.hasKeyOf(sealed.refresh_token);
    if (isThere && (await vault.hasKeyOf(sealed.access_token))) return;
  }
}
