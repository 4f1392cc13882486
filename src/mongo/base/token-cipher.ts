/**
 * Seals one token by AES-256-GCM, bound to the place where it stands, so that it can be neither read
 * nor moved to another athlete. It knows no file and no database.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** A token that is encrypted; bytes as base64. */
export interface SealedSecret {
  readonly v: 1;
  /** The id of the key. */
  readonly key: string;
  readonly iv: string;
  readonly data: string;
  readonly tag: string;
}

/** A token as it is stored: as it is where there is no key. */
export type StoredSecret = string | SealedSecret;

export interface TokenKey {
  /** Taken from the key itself, so that a key cannot go by the name of another. */
  readonly id: string;
  readonly bytes: Buffer;
}

/** Where a token stands. */
export interface SecretPlace {
  readonly collection: string;
  /** The document's id. */
  readonly owner: string;
  readonly field: string;
}

export const keyBytes = 32;
const algorithm = 'aes-256-gcm';
/** NIST SP 800-38D, 8.2.2: random, of at least 96 bits. */
const ivBytes = 12;
const tagBytes = 16;
const idLength = 12;

/** @throws TypeError for another length: the reader of a file checks it first. */
export function tokenKeyOf(bytes: Buffer): TokenKey {
  if (bytes.length !== keyBytes) throw new TypeError(`a key has ${keyBytes} bytes`);
  const digest = createHash('sha256').update('domestique token key\0').update(bytes);
  return { id: digest.digest('hex').slice(0, idLength), bytes };
}

export function newTokenKey(): TokenKey {
  return tokenKeyOf(randomBytes(keyBytes));
}

/** Differs each time, because the IV is random. */
export function sealSecret(key: TokenKey, text: string, place: SecretPlace): SealedSecret {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key.bytes, iv, { authTagLength: tagBytes });
  cipher.setAAD(boundTo(place));
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return {
    v: 1,
    key: key.id,
    iv: iv.toString('base64'),
    data: data.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

/** Undefined where it was changed, or sealed by another key or for another place. */
export function openSecret(
  key: TokenKey,
  sealed: SealedSecret,
  place: SecretPlace,
): string | undefined {
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  try {
    const options = { authTagLength: tagBytes };
    const decipher = createDecipheriv(algorithm, key.bytes, bytes(sealed.iv), options);
    decipher.setAAD(boundTo(place)).setAuthTag(bytes(sealed.tag));
    return decipher.update(bytes(sealed.data), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    // Node says of a wrong tag only that it cannot authenticate; of a wrong length, that it is invalid.
    return undefined;
  }
}

function boundTo({ collection, owner, field }: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify([1, collection, owner, field]));
}
