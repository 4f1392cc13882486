import { randomBytes } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { TokenKeyError } from '../../../src/errors.ts';
import { newTokenKey } from '../../../src/mongo/base/token-cipher.ts';
import {
  createKeyFile,
  readKeyFile,
  replaceKeys,
} from '../../../src/mongo/tokens/token-key-file.ts';
import { openVault } from '../../../src/mongo/tokens/token-vault.ts';

const folders: string[] = [];
let path = '';

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'domestique-keys-'));
  folders.push(folder);
  path = join(folder, 'keys');
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const line = (): string => randomBytes(32).toString('base64');

describe('the token key file', () => {
  it('the token key file is created with one key, readable by its owner only, and never over another file', async () => {
    const key = newTokenKey();
    await createKeyFile(path, key);
    expect(await readKeyFile(path)).toEqual([key]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const before = await readFile(path);
    await expect(createKeyFile(path, newTokenKey())).rejects.toThrow(
      'TOKEN_KEY_FILE: the file cannot be made (there is a file already)',
    );
    expect(await readFile(path)).toEqual(before);
  });

  it('the token key file accepts any order of keys, empty lines, comments and other line ends', async () => {
    const [first, second] = [line(), line()];
    await writeFile(path, `# mine\r\n\r\n${first}\r\n  ${second}  `);
    const keys = await readKeyFile(path);
    expect(keys.map(({ bytes }) => bytes.toString('base64'))).toEqual([first, second]);
  });

  it('the token key file is rejected with the wrong line, without its content', async () => {
    const wrong = [
      randomBytes(16).toString('base64'),
      randomBytes(33).toString('base64'),
      randomBytes(32).toString('hex'),
      randomBytes(32).toString('base64').slice(0, -1),
      `${line()} ${line()}`,
      'password',
    ];
    for (const text of wrong) {
      await writeFile(path, `${line()}\n${text}\n`);
      const error = await failureOf(readKeyFile(path));
      expect(error.message).toContain('TOKEN_KEY_FILE: line 2 is not 32 bytes as base64');
      expect(error.message).not.toContain(text);
    }
  });

  it('the token key file is rejected by name where it is empty, absent or a folder', async () => {
    await expect(readKeyFile(path)).rejects.toThrow(
      'TOKEN_KEY_FILE: the file cannot be read (there is no such file or folder); one is made with: npm run keys -- new',
    );
    await writeFile(path, '# none\n');
    await expect(readKeyFile(path)).rejects.toThrow('TOKEN_KEY_FILE: holds no key');
    await rm(path);
    await mkdir(path);
    await expect(readKeyFile(path)).rejects.toThrow('(it is a folder)');
  });

  it('the token key file is replaced atomically: a link stays a link, and no other file stays', async () => {
    const link = `${path}-link`;
    const keys = [newTokenKey(), newTokenKey()];
    await writeFile(path, line(), { mode: 0o640 });
    await symlink(path, link);
    await replaceKeys(link, keys);
    expect(await readKeyFile(path)).toEqual(keys);
    expect(await readdir(join(path, '..'))).toEqual(['keys', 'keys-link']);
    await expect(replaceKeys(join(path, 'absent'), keys)).rejects.toThrow(TokenKeyError);
  });

  it('the token key file causes a warning where others can read it', async () => {
    await createKeyFile(path, newTokenKey());
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    await openVault(path, warn);
    expect(warnings).toEqual([]);
    await chmod(path, 0o644);
    await openVault(path, warn);
    expect(warnings.join()).toMatch(/can be read by other users.*chmod 600/);
    await chmod(path, 0o622);
    await openVault(path, warn);
    expect(warnings.at(-1)).toMatch(/can be changed by other users/);
  });

  it('the token key file is not read where it is a pipe, and is read with a byte order mark', async () => {
    await expect(readKeyFile('/dev/null')).rejects.toThrow('it is not a regular file');
    const key = newTokenKey();
    await writeFile(path, `\uFEFF${key.bytes.toString('base64')}\n`);
    expect((await readKeyFile(path))[0].bytes).toEqual(key.bytes);
  });

  async function failureOf(operation: Promise<unknown>): Promise<Error> {
    const error: unknown = await operation.catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(TokenKeyError);
    return error as Error;
  }
});
