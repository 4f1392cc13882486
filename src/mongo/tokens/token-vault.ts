/**
 * Seals and opens tokens with the keys of the file as it stands at that moment, because another process
 * may rotate them meanwhile. Without a file tokens stay as they are. It stores nothing.
 */
import { commandLine } from '../../domain/invocation.ts';
import { TokenKeyError } from '../../errors.ts';
import type { SecretPlace, StoredSecret, TokenKey } from '../base/token-cipher.ts';
import { openSecret, sealSecret } from '../base/token-cipher.ts';
import { exposureOfKeys, readKeyFile } from './token-key-file.ts';

export interface TokenVault {
  /** The id of the key that seals; undefined where nothing is sealed. */
  currentKeyId(): Promise<string | undefined>;
  seal(text: string, place: SecretPlace): Promise<StoredSecret>;
  /** @throws TokenKeyError where the key is not there, or the token was changed or moved. */
  open(stored: StoredSecret, place: SecretPlace): Promise<string>;
  /** Whether it could be opened by who starts now. */
  hasKeyOf(stored: StoredSecret): Promise<boolean>;
}

/** Without a key. */
export const plainVault: TokenVault = {
  currentKeyId: () => Promise.resolve(undefined),
  seal: (text) => Promise.resolve(text),
  open: (stored, place) =>
    typeof stored === 'string'
      ? Promise.resolve(stored)
      : Promise.reject(
          new TokenKeyError(
            `The login in ${nameOf(place)} is encrypted, and TOKEN_KEY_FILE is not set. Set it to the file of the key ${stored.key}; nothing was changed.`,
          ),
        ),
  hasKeyOf: () => Promise.resolve(true),
};

/**
 * With the keys of a file; without a path, the vault that leaves tokens as they are.
 * @throws TokenKeyError where the file is of no use.
 */
export async function openVault(
  path: string | undefined,
  warn: (message: string) => void,
): Promise<TokenVault> {
  if (path === undefined) return plainVault;
  const vault = await vaultOf(path);
  const exposure = await exposureOfKeys(path);
  if (exposure !== undefined) {
    warn(
      `The file of TOKEN_KEY_FILE can be ${exposure} by other users of this machine; \`chmod 600\` ends that.`,
    );
  }
  return vault;
}

async function vaultOf(path: string): Promise<TokenVault> {
  let known = await readKeyFile(path);
  const reread = async (): Promise<readonly [TokenKey, ...TokenKey[]]> => {
    try {
      known = await readKeyFile(path);
    } catch (error) {
      // A new grant is not lost because the file went: what was read at the start is good enough.
      if (!(error instanceof TokenKeyError)) throw error;
    }
    return known;
  };
  const keyOf = async (id: string): Promise<TokenKey | undefined> =>
    known.find((key) => key.id === id) ?? (await reread()).find((key) => key.id === id);

  return {
    currentKeyId: async () => (await reread())[0].id,
    seal: async (text, place) => sealSecret((await reread())[0], text, place),
    open: async (stored, place) => {
      if (typeof stored === 'string') return stored;
      const key = await keyOf(stored.key);
      if (key === undefined) {
        throw new TokenKeyError(
          `The login in ${nameOf(place)} is encrypted with the key ${stored.key}, which TOKEN_KEY_FILE does not hold. Put that key back into the file; nothing was changed.`,
        );
      }
      const text = openSecret(key, stored, place);
      if (text !== undefined) return text;
      throw new TokenKeyError(
        `The login in ${nameOf(place)} cannot be decrypted: it was changed, or moved from another document. Nothing was changed; to replace it, delete that document and run: ${commandLine('auth')}`,
      );
    },
    hasKeyOf: async (stored) =>
      typeof stored === 'string' || (await reread()).some(({ id }) => id === stored.key),
  };
}

function nameOf({ collection, owner }: SecretPlace): string {
  return collection === 'tokens' ? `tokens (athlete ${owner})` : collection;
}
