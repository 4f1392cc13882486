/**
 * Logins that were typed in by hand, in the form in which Strava sends them, become ours: `expires_at` in
 * seconds, the athlete in `athlete`, the scopes as one text.
 * https://developers.strava.com/docs/authentication/#response-parameters-1
 */
import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import { splitScopes } from '../../domain/auth/scope.ts';
import type { Tokens } from '../../sync/ports/tokens.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import { decodeAll, usable } from '../schema/checked-collection.ts';
import type { Store, TokenDocument } from '../schema/collections.ts';
import { tokens as definition } from '../schema/definitions/logins.ts';
import { digestOf, writeGrant } from './grant-document.ts';
import type { TokenVault } from './token-vault.ts';

/**
 * Puts each such login in the place of what was typed in; what cannot be read is told to `warn` and left as
 * it is. A stored login of the same athlete stays. Returns the athletes whose login it adopted.
 */
export async function adoptLogins(store: Store, vault: TokenVault): Promise<readonly number[]> {
  const isOdd = [
    { $nor: [usable(definition)] },
    { client_id: { $type: 'number' } },
    // Of a list, `$type` matches each member too.
    { scope: { $type: 'string', $not: { $type: 'array' } } },
  ];
  const found = await store.db.collection('tokens').find({ $or: isOdd }).toArray();
  const adopted: number[] = [];
  for (const document of found) {
    const grant = grantIn(document);
    if (grant === undefined) decodeAll(definition, [document], store);
    else if (await adopt(store, vault, document, grant)) adopted.push(grant.athleteId);
  }
  return adopted;
}

async function adopt(
  { db, warn }: Store,
  vault: TokenVault,
  document: Document,
  grant: Tokens,
): Promise<boolean> {
  const logins = db.collection<TokenDocument>('tokens');
  const { athleteId } = grant;
  const _id = int64(athleteId);
  const isInPlace = isNumber(document['_id']);
  const stored = isInPlace ? null : await logins.findOne({ _id });
  const place = { collection: 'tokens', owner: String(athleteId) };
  if (stored === null) {
    // Unless another process or the user replaced it meanwhile.
    const filter = isInPlace ? { _id, refresh_token: grant.refreshToken } : { _id };
    await writeGrant(vault, { place, grant }, (login) =>
      logins.replaceOne(filter, login, { upsert: !isInPlace }),
    );
  } else if (![stored.refresh_token, stored.refresh_digest].some(isOf(grant))) {
    warn(
      `The collection tokens has two logins of athlete ${athleteId}: the one whose _id is no athlete's id is skipped. Remove one of them.`,
    );
    return false;
  }
  if (!isInPlace) await db.collection('tokens').deleteOne({ _id: document['_id'] as never });
  return true;
}

function isOf({ refreshToken }: Tokens): (stored: unknown) => boolean {
  return (stored) => stored === refreshToken || stored === digestOf(refreshToken);
}

/** What can be read of it; undefined without an athlete and both tokens as text. */
function grantIn(document: Document): Tokens | undefined {
  const { _id, athlete, access_token, refresh_token, expires_at, scope, client_id } = document;
  const athleteId = [_id, (athlete as Document | null | undefined)?.['id']].find(isNumber);
  if (athleteId === undefined || !isText(access_token) || !isText(refresh_token)) return undefined;
  const clientId = isText(client_id) || isNumber(client_id) ? String(client_id) : undefined;
  const scopes = isText(scope) ? splitScopes(scope) : scopesIn(scope);
  return {
    athleteId: toNumber(athleteId),
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresAt: expiryIn(expires_at),
    ...(clientId !== undefined && { clientId }),
    ...(scopes && { scope: scopes }),
  };
}

function scopesIn(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every(isText) ? value : undefined;
}

/** What is no time counts as over, so that the token is refreshed. */
function expiryIn(value: unknown): Date {
  const over = new Date(0);
  if (value instanceof Date) return value;
  const at = new Date(isNumber(value) ? toNumber(value) * 1_000 : String(value));
  return Number.isNaN(at.getTime()) ? over : at;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isNumber(value: unknown): value is number | Long {
  return Number.isSafeInteger(value) || Long.isLong(value);
}
