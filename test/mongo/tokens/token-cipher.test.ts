import { randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { SealedSecret, SecretPlace } from '../../../src/mongo/base/token-cipher.ts';
import {
  newTokenKey,
  openSecret,
  sealSecret,
  tokenKeyOf,
} from '../../../src/mongo/base/token-cipher.ts';

const key = newTokenKey();
const place: SecretPlace = { collection: 'tokens', owner: '1001', field: 'refresh_token' };

describe('an encrypted token', () => {
  it('an encrypted token is decrypted to any original text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(openSecret(key, sealSecret(key, text, place), place)).toBe(text);
      }),
    );
  });

  it('an encrypted token differs each time, and does not show the token', () => {
    const sealed = Array.from({ length: 50 }, () => sealSecret(key, 'refresh-token', place));
    for (const part of ['iv', 'data', 'tag'] as const)
      expect(new Set(sealed.map((one) => one[part])).size).toBe(50);
    const bytes = sealed.map(({ data }) => Buffer.from(data, 'base64').toString('latin1'));
    expect(bytes.join()).not.toContain('refresh');
  });

  it("an encrypted token cannot be decrypted as another athlete's", () => {
    const sealed = sealSecret(key, 'token', place);
    const others: Partial<SecretPlace>[] = [
      { owner: '1002' },
      { field: 'access_token' },
      { collection: 'pending_logins' },
    ];
    for (const other of others) {
      expect(openSecret(key, sealed, { ...place, ...other })).toBeUndefined();
    }
  });

  it('an encrypted token cannot be decrypted after any change or truncation', () => {
    const sealed = sealSecret(key, 'token', place);
    for (const part of ['iv', 'data', 'tag'] as const) {
      const bytes = Buffer.from(sealed[part], 'base64');
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(openSecret(key, withPart(sealed, part, changed), place)).toBeUndefined();
      }
      for (const length of [0, 4, bytes.length - 1])
        expect(
          openSecret(key, withPart(sealed, part, bytes.subarray(0, length)), place),
        ).toBeUndefined();
    }
  });

  function withPart(sealed: SealedSecret, part: string, bytes: Buffer): SealedSecret {
    return { ...sealed, [part]: bytes.toString('base64') };
  }

  it('an encrypted token cannot be decrypted with another key, and names its own', () => {
    const other = newTokenKey();
    const sealed = sealSecret(key, 'token', place);
    expect(openSecret(other, sealed, place)).toBeUndefined();
    expect(sealed.key).toBe(key.id);
    expect(other.id).not.toBe(key.id);
  });
});

describe('a token key', () => {
  it('a token key has 32 bytes, and an id derived from them that does not reveal them', () => {
    const bytes = randomBytes(32);
    expect(tokenKeyOf(bytes).id).toBe(tokenKeyOf(Buffer.from(bytes)).id);
    expect(bytes.toString('hex')).not.toContain(tokenKeyOf(bytes).id);
    for (const length of [0, 16, 31, 33]) expect(() => tokenKeyOf(randomBytes(length))).toThrow();
  });
});
