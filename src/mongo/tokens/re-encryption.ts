/**
 * Brings stored tokens under the current key: those that were stored without one at each start, all of
 * them when the keys are rotated. Each step can be the last one before a crash: a key leaves the file
 * only when nothing needs it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Filter, Long } from 'mongodb';
import { TokenKeyError } from '../../errors.ts';
import { usable } from '../schema/checked-collection.ts';
import type { Store } from '../schema/collections.ts';
import { pendingLogins, tokens } from '../schema/definitions/logins.ts';
import type { GrantPlace, SealedTokens } from './grant-document.ts';
import { openTokens, sealTokens } from './grant-document.ts';
import type { StoredSecret, TokenKey } from '../base/token-cipher.ts';
import { readKeyFile, replaceKeys } from './token-key-file.ts';
import type { TokenVault } from './token-vault.ts';

/** The collections with tokens in them; a document that is of no use has none that can be opened. */
const definitions = [tokens, pendingLogins];

type SecretDocument = SealedTokens & { readonly _id: Long | string };

interface Found {
  readonly place: GrantPlace;
  readonly document: SecretDocument;
}

/**
 * Opens every stored token, and then seals those that are not under the current key. Returns how many
 * logins that were.
 * @throws TokenKeyError where one cannot be opened; then nothing was changed.
 */
export async function takeOverTokens(store: Store, vault: TokenVault): Promise<number> {
  let sealed = 0;
  for (;;) {
    const current = await vault.currentKeyId();
    const found = await openAll(store, vault);
    const stale = found.filter(({ document }) => !isUnder(document, current));
    if (stale.length === 0) return sealed;
    for (const one of stale) if (await seal(store, vault, one)) sealed += 1;
  }
}

/**
 * Opens every stored login and changes nothing. Returns how many there are.
 * @throws TokenKeyError where one cannot be opened.
 */
export async function countOpenedLogins(store: Store, vault: TokenVault): Promise<number> {
  return (await openAll(store, vault)).length;
}

const maxTries = 5;
const pauseMs = 200;

/**
 * Reads every stored token and makes sure that it can be opened. A process that read the file before it lost
 * a key may have written under that key; it notices and writes again, so the read is repeated.
 */
async function openAll(store: Store, vault: TokenVault): Promise<readonly Found[]> {
  for (let tries = 1; ; tries += 1) {
    const found = await allTokens(store);
    try {
      for (const { place, document } of found) await openTokens(vault, place, document);
      return found;
    } catch (error) {
      if (!(error instanceof TokenKeyError) || tries === maxTries) throw error;
      await sleep(pauseMs);
    }
  }
}

function isUnder(
  { access_token, refresh_token }: SecretDocument,
  key: string | undefined,
): boolean {
  return [access_token, refresh_token].every((secret) => keyIdOf(secret) === key);
}

function keyIdOf(secret: StoredSecret): string | undefined {
  return typeof secret === 'string' ? undefined : secret.key;
}

async function allTokens({ db }: Store): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const definition of definitions) {
    const collection = definition.name;
    const projection = { access_token: 1, refresh_token: 1 };
    const documents = await db
      .collection<SecretDocument>(collection)
      .find(usable(definition) as Filter<SecretDocument>, { projection })
      .toArray();
    for (const document of documents) {
      found.push({ place: { collection, owner: String(document._id) }, document });
    }
  }
  return found;
}

/** Unless another grant, or another seal, took its place meanwhile. */
async function seal(
  { db }: Store,
  vault: TokenVault,
  { place, document }: Found,
): Promise<boolean> {
  const { _id, access_token, refresh_token } = document;
  const sealed = await sealTokens(vault, place, await openTokens(vault, place, document));
  const filter = { _id, access_token, refresh_token } as Filter<SecretDocument>;
  const { matchedCount } = await db
    .collection<SecretDocument>(place.collection)
    .updateOne(filter, { $set: sealed });
  return matchedCount > 0;
}

export interface Rotation {
  /** How many logins were sealed anew. */
  readonly sealed: number;
  /** How many keys the file lost. */
  readonly removed: number;
}

/**
 * Makes `added` the current key, seals everything with it, and removes the keys that nothing needs.
 * @throws TokenKeyError where a token cannot be opened or the file cannot be changed.
 */
export async function rotateKeys(
  store: Store,
  vault: TokenVault,
  { path, added }: { path: string; added: TokenKey },
): Promise<Rotation> {
  await openAll(store, vault);
  const keys = [added, ...(await readKeyFile(path))];
  await replaceKeys(path, keys);
  let sealed = 0;
  for (;;) {
    sealed += await takeOverTokens(store, vault);
    const used = await keyIdsInUse(store);
    const left = keys.filter((key) => key === added || used.has(key.id));
    await replaceKeys(path, left);
    // A process that had read the file before may have written since.
    const needed = await keyIdsInUse(store);
    const isMissing = keys.some((key) => needed.has(key.id) && !left.includes(key));
    if (!isMissing) return { sealed, removed: keys.length - left.length };
    await replaceKeys(path, keys);
  }
}

async function keyIdsInUse(store: Store): Promise<ReadonlySet<string | undefined>> {
  const found = await allTokens(store);
  return new Set(
    found.flatMap(({ document: { access_token, refresh_token } }) =>
      [access_token, refresh_token].map(keyIdOf),
    ),
  );
}
