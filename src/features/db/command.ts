/**
 * `db`: keeps the embedded MongoDB running and prints its address, so that you can query while no daemon
 * runs.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import type { Program } from '../../program.ts';

const watchMs = 3_600_000;

export async function db(program: Program): Promise<ExitCode> {
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    program.print(database.address);
    if (program.config.mongodb.uri !== undefined) {
      program.log.info(
        'This MongoDB is not the embedded one (MONGODB_URI is set): this command does not keep it running.',
      );
      return exitCodes.done;
    }
    program.log.info('Query it with any client; Ctrl-C stops it, unless the daemon still uses it.');
    while (!program.signal.aborted) await program.clock.sleep(watchMs, program.signal);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}
