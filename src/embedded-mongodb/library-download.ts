/**
 * Lets mongodb-memory-server fetch a mongod into its own cache, and logs its progress.
 */
import { fork } from 'node:child_process';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';

import { EmbeddedServerError } from '../errors.ts';
import type { FetchOptions } from './binary-cache.ts';
import type { DownloadResult } from './library-process.ts';

/** Beside this file, and compiled as it is. */
const program = join(import.meta.dirname, `library-process${extname(import.meta.filename)}`);
/** The deadline of the first progress: if packets are dropped, the library waits a minute. */
const silenceTimeoutMs = 15_000;
/** One try, because there is another source; the library does not check certificates by default. */
const defaults = { MONGOMS_MAX_RETRIES: '1', npm_config_strict_ssl: 'true' };

/** The path of the fetched mongod. @throws EmbeddedServerError with the library's reason. */
export async function downloadByLibrary({ env, log, signal }: FetchOptions): Promise<string> {
  signal?.throwIfAborted();
  const child = fork(program, [], {
    env: { ...defaults, ...env },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  });
  const silenceTimer = setTimeout(() => child.kill('SIGKILL'), silenceTimeoutMs);
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      clearTimeout(silenceTimer);
      log(line.trim());
    });
  }
  try {
    const result = await new Promise<DownloadResult>((resolve, reject) => {
      child.once('message', (message: DownloadResult) => {
        resolve(message);
      });
      child.once('error', reject);
      child.once('exit', (code, killedBy) => {
        const reason = killedBy === null ? `exit code ${String(code)}` : 'no response came in time';
        resolve({ reason });
      });
    });
    if ('path' in result) return result.path;
    const reason = result.reason.split('\n').join(' ');
    throw new EmbeddedServerError(`mongodb-memory-server's download failed: ${reason}`);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(silenceTimer);
  }
}
