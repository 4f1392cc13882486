import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { TokenKeyError } from '../../../src/errors.ts';
import { checkDisk } from '../../../src/features/doctor/disk.ts';
import { checkLogins } from '../../../src/features/doctor/logins.ts';
import { newTokenKey } from '../../../src/mongo/base/token-cipher.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { createKeyFile } from '../../../src/mongo/tokens/token-key-file.ts';
import { openVault } from '../../../src/mongo/tokens/token-vault.ts';
import { createTokenStore } from '../../../src/mongo/tokens/tokens.ts';
import { createProjectFolder } from '../../config/project-folder.ts';
import { useAdapter } from '../../mongo/adapter.ts';
import { athleteId } from '../../mongo/pages.ts';

const adapter = useAdapter();

describe('the stored logins', () => {
  let folder = '';
  const file = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-doctor-keys-'));
    await createKeyFile(file('right'), newTokenKey());
    await createKeyFile(file('wrong'), newTokenKey());
    const { store } = adapter;
    const vault = await openVault(file('right'), () => undefined);
    const secrets = { accessToken: 'canary', refreshToken: 'canary' };
    const login = { athleteId, ...secrets, expiresAt: new Date() };
    await createTokenStore(store, everyApplication, vault).save(login);
  });
  afterAll(() => rm(folder, { recursive: true }));
  const check = (path?: string) => checkLogins(path, { store: adapter.store });

  it('the stored logins are ok with the key file that sealed them', async () => {
    const before = await adapter.store.tokens.findOne({});
    expect(await check(file('right'))).toEqual([
      { mark: 'ok', found: 'The key file opens all of 1 stored login.' },
    ]);
    expect(await adapter.store.tokens.findOne({})).toEqual(before);
  });

  it.each([
    ['another key', 'wrong', 'which TOKEN_KEY_FILE does not hold'],
    ['no file', 'absent', 'there is no such file or folder'],
  ])('the stored logins fail with %s', async (_, name, text) => {
    const failure: unknown = await check(file(name)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TokenKeyError);
    expect(String(failure)).toContain(text);
    expect(String(failure)).not.toContain('canary');
  });

  it('the stored logins fail without the setting', async () => {
    await expect(check()).rejects.toThrow('TOKEN_KEY_FILE is not set');
  });
});

describe('the disk', () => {
  it("the disk is MongoDB's own too where it is known", async () => {
    using project = createProjectFolder();
    const env = { MONGODB_URI: 'mongodb://127.0.0.1:1' };
    const config = loadConfig({ env, configDir: project.configDir });
    const found = await checkDisk(config, { store: adapter.store });
    expect(found.map((finding) => finding.found)).toEqual([
      expect.stringMatching(/^The disk of DATA_DIR has \d+\.\d GB free\.$/),
      expect.stringMatching(/^MongoDB's disk has \d+\.\d GB free\.$/),
    ]);
    await adapter.database.db.dropDatabase();
    expect(await checkDisk(config, { store: adapter.store })).toHaveLength(1);
  });
});
