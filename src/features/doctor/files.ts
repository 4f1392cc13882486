/** Who else can use the files with secrets. */
import type { Config } from '../../config/config.ts';
import type { LoadOptions } from '../../config/load.ts';
import { exposureWarnings } from '../../config/exposure.ts';
import { userFile } from '../../config/load.ts';
import { TokenKeyError } from '../../errors.ts';
import { exposureOfKeys } from '../../mongo/tokens/token-key-file.ts';
import type { Finding } from './check.ts';

/** Without a configuration, only secrets.json: wrong settings name no other file. */
export async function checkFiles(
  source: LoadOptions,
  config: Config | undefined,
): Promise<readonly Finding[]> {
  const warnings =
    config?.warnings ??
    exposureWarnings(userFile(source, 'secrets.json'), new Map(), source.configDir);
  const findings = [...warnings, ...(await exposureOfKeyFile(config?.tokenKeyFile))].map(
    (found): Finding => ({ mark: 'warning', found }),
  );
  if (findings.length > 0) return findings;
  return [{ mark: 'ok', found: 'No other user can read or change a file with secrets.' }];
}

async function exposureOfKeyFile(path: string | undefined): Promise<readonly string[]> {
  try {
    const exposure = path === undefined ? undefined : await exposureOfKeys(path);
    if (exposure === undefined) return [];
    return [
      `The file of TOKEN_KEY_FILE can be ${exposure} by other users of this machine; \`chmod 600\` ends that.`,
    ];
  } catch (error) {
    // The check of the logins says that the file is of no use.
    if (error instanceof TokenKeyError) return [];
    throw error;
  }
}
