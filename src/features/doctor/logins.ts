/** Whether the key file is usable and opens every stored login. No token is shown. */
import { countOpenedLogins } from '../../mongo/tokens/re-encryption.ts';
import { openVault } from '../../mongo/tokens/token-vault.ts';
import { counted } from '../shared/text/text-format.ts';
import type { Finding } from './check.ts';
import type { Connection } from './connection.ts';
import { withoutDatabase } from './connection.ts';

/** @throws TokenKeyError */
export async function checkLogins(
  keyFile: string | undefined,
  connection: Connection,
): Promise<readonly Finding[]> {
  // The check of the files tells who else can use the file.
  const vault = await openVault(keyFile, () => undefined);
  const { store } = connection;
  if (store === undefined) return [withoutDatabase('The stored logins', connection)];
  const logins = counted(await countOpenedLogins(store, vault), 'stored login');
  const found =
    keyFile === undefined
      ? `${logins}; TOKEN_KEY_FILE is not set, and none needs it.`
      : `The key file opens all of ${logins}.`;
  return [{ mark: 'ok', found }];
}
