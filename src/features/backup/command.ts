/**
 * `backup`: writes the database into one file, for who has no mongodump. Logins are left out unless they
 * are asked for.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import { dump } from './dump.ts';
import { writeBackup } from './file.ts';
import type { Program } from '../../program.ts';
import { counted } from '../shared/text-format.ts';

export interface BackupOptions {
  readonly out: string;
  readonly withTokens: boolean;
}

export async function backup(
  program: Program,
  { out, withTokens }: BackupOptions,
): Promise<ExitCode> {
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const collections = new Set<string>();
    let documents = 0;
    const onDocument = (collection: string): void => {
      collections.add(collection);
      documents += 1;
    };
    const createdAt = new Date(program.clock.nowMs());
    const pieces = dump(database.store, { hasTokens: withTokens, createdAt, onDocument });
    const bytes = await writeBackup(out, pieces, program.signal);
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    program.print(
      `Wrote ${counted(documents, 'document')} of ${counted(collections.size, 'collection')} to ${out} (${size}).`,
    );
    program.print(withTokens ? withLogins : withoutLogins);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

const withLogins =
  "The logins are in it: whoever can read the file can read the athletes' Strava accounts.";
const withoutLogins =
  'The logins are not in it: after a restore, each athlete logs in again. With them: --with-tokens';
