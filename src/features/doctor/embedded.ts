/** Whether the embedded MongoDB, which does not run, could be started. */
import type { Config } from '../../config/config.ts';
import { findLocalMongod } from '../../embedded-mongodb/binary.ts';
import { isPortFree } from '../../embedded-mongodb/loopback-port.ts';
import { canWriteIn } from '../../make-folder.ts';
import type { Program } from '../../program.ts';
import type { Finding } from './check.ts';

/** @throws EmbeddedServerError if there is a mongod here that does not run. */
export async function checkEmbedded(
  { dataDir, mongodb: { port } }: Config,
  env: Program['env'],
  signal: AbortSignal,
): Promise<Finding> {
  if (!(await canWriteIn(dataDir))) {
    return {
      mark: 'failed',
      found: 'This user cannot write the folder of DATA_DIR.',
      advice: 'Change its owner, or set DATA_DIR to another folder.',
    };
  }
  if (!(await isPortFree(port))) {
    return {
      mark: 'failed',
      found: `Port ${port}, where the embedded MongoDB would be started, is taken or not allowed.`,
      advice: 'Set MONGODB_PORT to another port.',
    };
  }
  const mongod = await findLocalMongod({ env, signal, log: () => undefined });
  if (mongod === undefined) {
    return {
      mark: 'ok',
      found: 'The embedded MongoDB does not run; the next command fetches it once, about 42 MB.',
    };
  }
  return {
    mark: 'ok',
    found: `The embedded MongoDB does not run; a command would start MongoDB ${mongod.version}.`,
  };
}
