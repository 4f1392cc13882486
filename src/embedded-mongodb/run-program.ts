/**
 * Runs another program to its end, with the reason of a failure in one line.
 */
import { execFile } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { promisify } from 'node:util';

import { EmbeddedServerError } from '../errors.ts';
import type { Environment } from './binary-cache.ts';

const execute = promisify(execFile);

interface RunOptions {
  /** By default that of this process. */
  env?: Environment | undefined;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** The program's standard output. @throws EmbeddedServerError, and the signal's reason. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { env, timeoutMs = 0, signal }: RunOptions,
): Promise<string> {
  try {
    const options = { timeout: timeoutMs, ...(env && { env }), ...(signal && { signal }) };
    return (await execute(file, args, options)).stdout;
  } catch (error) {
    signal?.throwIfAborted();
    const command = [file, ...args.slice(0, 3)].join(' ');
    const reason = reasonOf(error, file);
    throw new EmbeddedServerError(`${command} failed: ${reason}.`, { cause: error });
  }
}

function reasonOf(error: unknown, file: string): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT')
    return `there is no ${file}${isAbsolute(file) ? '' : ' on the PATH'}`;
  const library = /loading shared libraries: ([^:\s]+)/.exec(error.message)?.[1];
  if (library === 'libcurl.so.4')
    return 'it needs libcurl4, which "apt-get install libcurl4" installs';
  if (library !== undefined) return `it needs ${library}, which is not installed`;
  return (error.message.trim().split('\n').at(-1) ?? error.message).replace(/\.$/, '');
}
