/**
 * The file of TOKEN_KEY_FILE: one key a line, 32 bytes as base64; the first is the current one, the
 * others only decrypt. It is changed in one step or not at all. No message repeats its path or content:
 * either may be the key where somebody mixed them up.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exposureOf } from '../../domain/auth/secret-file.ts';
import { commandLine } from '../../domain/invocation.ts';
import { TokenKeyError } from '../../errors.ts';
import type { TokenKey } from '../base/token-cipher.ts';
import { keyBytes, tokenKeyOf } from '../base/token-cipher.ts';

const heading = `# Keys of Domestique's logins: ${keyBytes} bytes a line, as base64. The first encrypts, the others only decrypt.`;
const ownerOnly = 0o600;
const advice = `one is made with: ${commandLine('keys', 'new')}`;

/** At least one key. @throws TokenKeyError that says which line is wrong. */
export async function readKeyFile(path: string): Promise<readonly [TokenKey, ...TokenKey[]]> {
  const lines = (await onFile('read', () => readRegular(path))).split(/\r?\n/);
  const keys = lines.flatMap((line, index) => {
    const text = line.trim();
    return text === '' || text.startsWith('#') ? [] : [keyIn(text, index + 1)];
  });
  const [current, ...others] = keys;
  if (current === undefined) throw new TokenKeyError(`TOKEN_KEY_FILE: holds no key; ${advice}`);
  return [current, ...others];
}

function keyIn(text: string, line: number): TokenKey {
  const bytes = Buffer.from(text, 'base64');
  // Node's reading of base64 skips what is none.
  if (bytes.length === keyBytes && bytes.toString('base64') === text) return tokenKeyOf(bytes);
  throw new TokenKeyError(
    `TOKEN_KEY_FILE: line ${line} is not ${keyBytes} bytes as base64 (44 characters); ${advice}`,
  );
}

/** The text without its byte order mark. A pipe or a device is not read, because it may never end. */
async function readRegular(path: string): Promise<string> {
  const stats = await stat(path);
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new TokenKeyError('TOKEN_KEY_FILE: the file cannot be read (it is not a regular file)');
  }
  return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
}

/** What other users can do with it, worded to follow "can be"; undefined for nothing. */
export async function exposureOfKeys(path: string): Promise<string | undefined> {
  const { mode } = await onFile('read', () => stat(path));
  return exposureOf(path, mode);
}

/** @throws TokenKeyError where there is a file already. */
export async function createKeyFile(path: string, key: TokenKey): Promise<void> {
  await onFile('made', async () => {
    await writeNew(path, [key]);
    await syncFolder(dirname(path));
  });
}

/** Replaces all keys in one step that survives a power cut. @throws TokenKeyError */
export async function replaceKeys(path: string, keys: readonly TokenKey[]): Promise<void> {
  await onFile('changed', async () => {
    const target = await realpath(path);
    const temporary = join(dirname(target), `.domestique-${randomUUID()}.part`);
    try {
      await writeNew(temporary, keys);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(dirname(target));
  });
}

async function writeNew(path: string, keys: readonly TokenKey[]): Promise<void> {
  const file = await open(path, 'wx', ownerOnly);
  try {
    const lines = keys.map(({ bytes }) => bytes.toString('base64'));
    await file.writeFile([heading, ...lines, ''].join('\n'));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name, too, has to survive a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EEXIST: 'there is a file already',
  EACCES: 'no permission',
  EISDIR: 'it is a folder',
  EROFS: 'it is on a file system that cannot be written',
};

async function onFile<T>(done: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof TokenKeyError || !(error instanceof Error && 'code' in error)) throw error;
    const code = String(error.code);
    throw new TokenKeyError(
      `TOKEN_KEY_FILE: the file cannot be ${done} (${reasons[code] ?? code})${code === 'ENOENT' ? `; ${advice}` : ''}`,
      { cause: error },
    );
  }
}
