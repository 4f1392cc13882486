/**
 * `status`: what is stored, what is still to do, the quota, the runs, and what requires action. It
 * makes no request to Strava and needs no client secret. It shows the athletes of the configured application;
 * without a client id those of every application.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import { openDatabaseToRead } from '../../main.ts';
import type { Program } from '../../program.ts';
import { readStatus } from '../shared/status/report.ts';
import { outputWidth } from '../shared/text/fitted-table.ts';
import { readerOf } from '../shared/text/time-text.ts';
import { renderStatus } from './table.ts';

export interface StatusOptions {
  readonly json: boolean;
  /** Whether the exit code says if an action is required. */
  readonly check: boolean;
}

export async function status(program: Program, { json, check }: StatusOptions): Promise<ExitCode> {
  const database = await openDatabaseToRead(program);
  try {
    const found = await readStatus(program, database);
    program.print(
      json ? JSON.stringify(found) : renderStatus(found, readerOf(program), outputWidth(program)),
    );
    return check && found.needs.length > 0 ? exitCodes.authorization : exitCodes.done;
  } finally {
    await database.close();
  }
}
