import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Long } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { TokenKeyError } from '../../../src/errors.ts';
import type { Store } from '../../../src/mongo/schema/collections.ts';
import type { Grant } from '../../../src/mongo/tokens/grant-document.ts';
import { digestOf } from '../../../src/mongo/tokens/grant-document.ts';
import { createPendingLogins } from '../../../src/mongo/tokens/pending-logins.ts';
import { newTokenKey } from '../../../src/mongo/base/token-cipher.ts';
import type { TokenKey } from '../../../src/mongo/base/token-cipher.ts';
import { readKeyFile, replaceKeys } from '../../../src/mongo/tokens/token-key-file.ts';
import { rotateKeys, takeOverTokens } from '../../../src/mongo/tokens/re-encryption.ts';
import { openVault, plainVault } from '../../../src/mongo/tokens/token-vault.ts';
import type { TokenVault } from '../../../src/mongo/tokens/token-vault.ts';
import { createTokenStore } from '../../../src/mongo/tokens/tokens.ts';
import type { TokenStore, Tokens } from '../../../src/sync/ports/tokens.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { storeWith, useAdapter } from '../adapter.ts';

const adapter = useAdapter();
const at = new Date('2026-10-05T10:00:00Z');
let folder = '';
let path = '';
let first: TokenKey;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domestique-keys-'));
  path = join(folder, 'keys');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  await adapter.empty();
  first = newTokenKey();
  await writeFile(path, first.bytes.toString('base64'));
});

function grantOf(athleteId: number, count = 1): Tokens {
  return {
    athleteId,
    accessToken: `access-${athleteId}-${count}`,
    refreshToken: `refresh-${athleteId}-${count}`,
    expiresAt: at,
    obtainedAt: at,
    scope: ['read'],
    clientId: '12345',
  };
}

/** A grant whose athlete is unknown yet. */
function pendingOf(count: number): Grant {
  return { accessToken: `access-${count}-1`, refreshToken: `refresh-${count}-1`, expiresAt: at };
}

/** As in a process that has just started. */
async function started(): Promise<TokenVault> {
  return openVault(path, () => undefined);
}

function storeOf(vault: TokenVault): TokenStore {
  return createTokenStore(adapter.store, everyApplication, vault);
}

/** All stored logins as text. */
async function storedText(): Promise<string> {
  const names = ['tokens', 'pending_logins'];
  const all = await Promise.all(
    names.map((name) => adapter.database.db.collection(name).find().toArray()),
  );
  return JSON.stringify(all);
}

async function keyIds(): Promise<readonly string[]> {
  return [
    ...new Set([...(await storedText()).matchAll(/"key":"(\w+)"/g)].map(([, id]) => id ?? '')),
  ];
}

describe('an encrypted login', () => {
  it('an encrypted login is loaded as it was saved, and nowhere in plain text', async () => {
    const vault = await started();
    const pending = createPendingLogins(adapter.store, vault);
    const grant = pendingOf(2);
    await storeOf(vault).save(grantOf(1));
    await pending.save('digest', grant);
    expect(await storedText()).not.toMatch(/(access|refresh)-\d/);
    expect(await storeOf(await started()).load(1)).toEqual(grantOf(1));
    expect(await pending.load('digest')).toEqual(grant);
  });

  it('an encrypted login is renewed and marked only where the old one is stored', async () => {
    const store = storeOf(await started());
    await store.save(grantOf(1));
    await store.renew(grantOf(1), grantOf(1, 2));
    expect(await store.load(1)).toEqual(grantOf(1, 2));
    await store.renew(grantOf(1), grantOf(1, 3));
    await store.markNeedsAuthorization(grantOf(1), 'rejected', at);
    expect(await store.load(1)).toEqual(grantOf(1, 2));
    await store.markNeedsAuthorization(grantOf(1, 2), 'rejected', at);
    expect(await store.load(1)).toHaveProperty('needsAuthorization');
  });

  it('an encrypted login is made from a plain one by a renewal or at a start', async () => {
    await storeOf(plainVault).save(grantOf(1));
    await storeOf(plainVault).save(grantOf(2));
    await storeOf(plainVault).markNeedsAuthorization(grantOf(2), 'rejected', at);
    const vault = await started();
    expect(await storeOf(vault).load(1)).toEqual(grantOf(1));
    await storeOf(vault).renew(grantOf(1), grantOf(1, 2));
    expect(await storedText()).not.toContain('refresh-1');
    expect(await takeOverTokens(adapter.store, vault)).toBe(1);
    expect(await storedText()).not.toMatch(/(access|refresh)-\d/);
    expect(await storeOf(vault).load(2)).toMatchObject({
      ...grantOf(2),
      needsAuthorization: { reason: 'rejected' },
    });
    expect(await takeOverTokens(adapter.store, vault)).toBe(0);
  });

  it('an encrypted login is neither changed nor marked where the key is missing or wrong', async () => {
    const vault = await started();
    await storeOf(plainVault).save(grantOf(2));
    await storeOf(vault).save(grantOf(1));
    await writeFile(path, newTokenKey().bytes.toString('base64'));
    const before = await storedText();
    const missing = `encrypted with the key ${first.id}, which TOKEN_KEY_FILE does not hold`;
    const wrong = await started();
    await expect(takeOverTokens(adapter.store, wrong)).rejects.toThrow(missing);
    await expect(storeOf(wrong).load(1)).rejects.toThrow(TokenKeyError);
    await expect(takeOverTokens(adapter.store, plainVault)).rejects.toThrow(
      `The login in tokens (athlete 1) is encrypted, and TOKEN_KEY_FILE is not set. Set it to the file of the key ${first.id}; nothing was changed.`,
    );
    const added = newTokenKey();
    await expect(rotateKeys(adapter.store, wrong, { path, added })).rejects.toThrow(missing);
    expect(await readKeyFile(path)).not.toContainEqual(added);
    expect(await storedText()).toBe(before);
  });

  it('an encrypted login is rejected in the place of another', async () => {
    const vault = await started();
    await storeOf(vault).save(grantOf(1));
    const tokens = adapter.database.db.collection<{ _id: Long }>('tokens');
    const stolen = await tokens.findOne({ _id: Long.fromNumber(1) });
    await tokens.insertOne({ ...stolen, _id: Long.fromNumber(2) });
    await expect(storeOf(vault).load(2)).rejects.toThrow(/athlete 2.*was changed, or moved/);
  });

  it('an encrypted login is written with the known key after the file was removed', async () => {
    const store = storeOf(await started());
    await store.save(grantOf(1));
    await rm(path);
    await store.renew(grantOf(1), grantOf(1, 2));
    await writeFile(path, first.bytes.toString('base64'));
    expect(await storeOf(await started()).load(1)).toEqual(grantOf(1, 2));
  });
});

describe('a key rotation', () => {
  async function fill(): Promise<void> {
    const store = storeOf(await started());
    await store.save(grantOf(1));
    await store.save(grantOf(2));
    await storeOf(plainVault).save(grantOf(3));
    const grant = pendingOf(4);
    await createPendingLogins(adapter.store, await started()).save(digestOf('old'), grant);
  }

  async function assertReadable(): Promise<void> {
    const vault = await started();
    for (const id of [1, 2, 3]) expect(await storeOf(vault).load(id)).toEqual(grantOf(id));
    const pending = await createPendingLogins(adapter.store, vault).load(digestOf('old'));
    expect(pending?.refreshToken).toBe('refresh-4-1');
  }

  it('a key rotation encrypts every login with the new key, then removes the old one', async () => {
    await fill();
    const added = newTokenKey();
    const rotation = await rotateKeys(adapter.store, await started(), { path, added });
    expect(rotation).toEqual({ sealed: 4, removed: 1 });
    expect(await readKeyFile(path)).toEqual([added]);
    expect(await keyIds()).toEqual([added.id]);
    expect(await storedText()).not.toMatch(/(access|refresh)-\d/);
    await assertReadable();
  });

  it('a key rotation loses nothing when killed at any step, and the next one completes it', async () => {
    for (let steps = 0; ; steps += 1) {
      await adapter.empty();
      await writeFile(path, first.bytes.toString('base64'));
      await fill();
      const added = newTokenKey();
      const vault = await started();
      const killed = await rotateKeys(killedAfter(steps), vault, { path, added }).then(
        () => false,
        () => true,
      );
      await assertReadable();
      if (!killed) {
        expect(steps).toBeGreaterThan(10);
        return;
      }
      const last = newTokenKey();
      await rotateKeys(adapter.store, await started(), { path, added: last });
      expect(await readKeyFile(path)).toEqual([last]);
      await assertReadable();
    }
  });

  /** The database of a process that is killed after `operations`. */
  function killedAfter(steps: number): Store {
    let left = steps;
    return storeWith(adapter.database.db, (operation) => {
      left -= 1;
      if (left < 0) throw new Error('killed');
      return operation();
    });
  }

  it('a key rotation is detected by a running process, which uses the new key', async () => {
    await fill();
    const running = storeOf(await started());
    const added = newTokenKey();
    await rotateKeys(adapter.store, await started(), { path, added });
    expect(await running.load(1)).toEqual(grantOf(1));
    await running.renew(grantOf(1), grantOf(1, 2));
    expect(await keyIds()).toEqual([added.id]);
    expect(await storeOf(await started()).load(1)).toEqual(grantOf(1, 2));
  });

  it('a key rotation loses no grant that is written during the rotation', async () => {
    await storeOf(await started()).save(grantOf(1));
    const added = newTokenKey();
    const slow = storeWith(adapter.database.db, async (operation) => {
      // The new grant is encrypted by now, but not written yet.
      if ((await readKeyFile(path)).every(({ id }) => id !== added.id))
        await rotateKeys(adapter.store, await started(), { path, added });
      return operation();
    });
    const store = createTokenStore(slow, everyApplication, await started());
    await store.renew(grantOf(1), grantOf(1, 2));
    expect(await readKeyFile(path)).toEqual([added]);
    expect(await storeOf(await started()).load(1)).toEqual(grantOf(1, 2));
  });

  it('a key rotation keeps a key that a concurrent write still uses', async () => {
    await storeOf(await started()).save(grantOf(1));
    const late = await started();
    const added = newTokenKey();
    let isLate = true;
    const store = storeWith(adapter.database.db, async (operation) => {
      const keys = await readKeyFile(path);
      if (isLate && keys.length === 1 && keys[0].id === added.id) {
        isLate = false;
        // A process that encrypted before writes now, and is killed before it checks again.
        await replaceKeys(path, [first]);
        await storeOf(late).renew(grantOf(1), grantOf(1, 2));
        await replaceKeys(path, [added]);
      }
      return operation();
    });
    await rotateKeys(store, await started(), { path, added });
    expect(isLate).toBe(false);
    expect(await storeOf(await started()).load(1)).toEqual(grantOf(1, 2));
    expect(await readKeyFile(path)).toEqual([added]);
  });

  it('a key rotation loses none of continuous refreshes beside it', async () => {
    await storeOf(await started()).save(grantOf(1));
    const running = storeOf(await started());
    const rotations = (async () => {
      for (let count = 0; count < 5; count += 1)
        await rotateKeys(adapter.store, await started(), { path, added: newTokenKey() });
    })();
    const over = rotations.then(() => true);
    const isOver = (): Promise<boolean> => Promise.race([over, Promise.resolve(false)]);
    let count = 1;
    while (!(await isOver())) {
      await running.renew(grantOf(1, count), grantOf(1, count + 1));
      count += 1;
      expect(await running.load(1)).toEqual(grantOf(1, count));
    }
    await rotations;
    expect(count).toBeGreaterThan(2);
    expect(await storeOf(await started()).load(1)).toEqual(grantOf(1, count));
  });
});
