/**
 * Fetches a mongod as mongodb-memory-server does, into that library's own cache, and passes its
 * progress on as log lines.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { EmbeddedServerError } from '../errors.ts';
import type { Environment, FetchOptions } from './fetching.ts';
import type { DownloadResult } from './library-process.ts';

const program = fileURLToPath(new URL('library-process.ts', import.meta.url));
/** How long a download may take to begin: where packets are dropped, the library waits a minute. */
const silenceTimeoutMs = 15_000;

/** The path of the fetched mongod. Throws EmbeddedServerError with the library's reason. */
export async function downloadByLibrary(options: FetchOptions): Promise<string> {
  options.signal?.throwIfAborted();
  const child = fork(program, [], {
    env: environmentOfLibrary(options.env),
    execArgv: [],
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  const kill = () => child.kill('SIGKILL');
  const silenceTimer = setTimeout(kill, silenceTimeoutMs);
  options.signal?.addEventListener('abort', kill);
  try {
    logProgress(child, options.log, () => {
      clearTimeout(silenceTimer);
    });
    return await pathFrom(child);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(silenceTimer);
    options.signal?.removeEventListener('abort', kill);
  }
}

/** One try, since there is another source; and the certificate is checked, which is not its default. */
function environmentOfLibrary(env: Environment): NodeJS.ProcessEnv {
  return { MONGOMS_MAX_RETRIES: '1', npm_config_strict_ssl: 'true', ...env };
}

function logProgress(
  child: ChildProcess,
  log: (message: string) => void,
  onProgress: () => void,
): void {
  if (child.stdout === null) return;
  createInterface({ input: child.stdout }).on('line', (line) => {
    onProgress();
    log(line.trim());
  });
}

async function pathFrom(child: ChildProcess): Promise<string> {
  const answer = await new Promise<DownloadResult>((resolve, reject) => {
    child.once('message', (message: DownloadResult) => {
      resolve(message);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const reason = signal === null ? `exit code ${String(code)}` : 'no answer came in time';
      resolve({ reason });
    });
  });
  if ('path' in answer) return answer.path;
  const firstLines = answer.reason.split('\n').join(' ');
  throw new EmbeddedServerError(`mongodb-memory-server's download failed: ${firstLines}`);
}
