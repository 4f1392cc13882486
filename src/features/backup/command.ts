/**
 * `backup`: writes the database into a directory, in mongodump's layout. Logins are left out unless they
 * are asked for.
 */
import { sayIfInterrupted } from '../shared/interruption.ts';
import { counted } from '../shared/text/text-format.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { openDatabaseToRead } from '../../main.ts';
import type { Program } from '../../program.ts';
import type { DumpSummary } from './dump.ts';
import { dump } from './dump.ts';
import { createCountProgress } from '../shared/progress/count-progress.ts';
import type { WriteFile } from './write-directory.ts';
import { writeDirectory } from './write-directory.ts';

export interface BackupOptions {
  readonly out: string;
  readonly withTokens: boolean;
}

export async function backup(
  program: Program,
  { out, withTokens }: BackupOptions,
): Promise<ExitCode> {
  if (out === '') throw new UsageError('--out takes the directory to write the backup to.');
  const { documents, collections, bytes } = await write(program, out, withTokens);
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  program.print(
    `Wrote ${counted(documents, 'document')} of ${counted(collections, 'collection')} to ${out} (${size}).`,
  );
  program.print(withTokens ? withLogins : withoutLogins);
  return exitCodes.done;
}

async function write(program: Program, out: string, hasTokens: boolean): Promise<DumpSummary> {
  const database = await openDatabaseToRead(program, { isPatient: true });
  try {
    using progress = createCountProgress(program, { doing: 'Backing up', unit: 'documents' });
    const options = { hasTokens, createdAt: new Date(program.clock.nowMs()), progress };
    const fill = (writeFile: WriteFile) => dump(database.store, writeFile, options);
    return await sayIfInterrupted(
      () => writeDirectory(out, fill, program.signal),
      () => `Interrupted: no backup was written, and ${out} is as it was.`,
    );
  } finally {
    await database.close();
  }
}

const withLogins =
  "The logins are in it: whoever can read the files can read the athletes' Strava accounts.";
const withoutLogins =
  'The logins are not in it: after a restore, each athlete logs in again. With them: --with-tokens';
