/**
 * Asks a mongod which version it is, and thereby whether it runs on this machine at all. Says what
 * to install where it does not.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { EmbeddedServerError } from '../errors.ts';

const run = promisify(execFile);
const responseTimeoutMs = 30_000;

/** A mongod that was seen to run. */
export interface Mongod {
  path: string;
  /** The whole version, such as `6.0.5`. */
  version: string;
  /** What data files belong to, such as `6.0`. */
  series: string;
}

/** Throws EmbeddedServerError when `path` is not a mongod that runs here. */
export async function inspectMongod(path: string, signal?: AbortSignal): Promise<Mongod> {
  const version = /db version v(\d+\.\d+\.\d+)/.exec(await askVersion(path, signal))?.[1];
  if (version === undefined) {
    throw new EmbeddedServerError(`${path} does not answer --version as a mongod does.`);
  }
  return { path, version, series: seriesOf(version) };
}

/** `6.0` of `6.0.5`. */
export function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

async function askVersion(path: string, signal?: AbortSignal): Promise<string> {
  try {
    const answer = await run(path, ['--version'], {
      timeout: responseTimeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    return answer.stdout;
  } catch (error) {
    signal?.throwIfAborted();
    throw new EmbeddedServerError(`${path} does not run: ${reasonOf(error)}.`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const library = /loading shared libraries: ([^:\s]+)/.exec(text)?.[1];
  if (library === 'libcurl.so.4') {
    return 'it needs libcurl4, which "apt-get install libcurl4" installs';
  }
  if (library !== undefined) return `it needs ${library}, which is not installed`;
  return text.trim().split('\n').at(-1) ?? text;
}
