/**
 * The standard streams of the process, whose other end can go at any time: the reader of a pipe, the
 * terminal, the room on a disk. A failed write ends nothing by itself.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OutputFailedError } from '../errors.ts';

type Stream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly writableLength?: number;
};

/** Knows how writing to stdout went. */
export interface OutputWatch {
  /** Why stdout could not be written so far. A reader that has gone (`| head`) is no failure. */
  readonly failure: () => Promise<OutputFailedError | undefined>;
}

/**
 * Watches both streams from now on. What cannot be written to stderr is dropped, and later lines are tried
 * again. `onFailure` is called for each write to stdout that fails.
 */
export function watchOutput(
  { stdout, stderr }: { readonly stdout: Stream; readonly stderr: Stream },
  onFailure: () => void,
): OutputWatch {
  let failure: OutputFailedError | undefined;
  stderr.on('error', () => undefined);
  stdout.on('error', (error: unknown) => {
    if (isReaderGone(error, stdout)) return;
    failure ??= outputFailed('standard output', error);
    onFailure();
  });
  return {
    failure: async () => {
      if ((stdout.writableLength ?? 0) > 0) await flush(stdout);
      // A failed write reports its error in a later tick.
      await nextTurn();
      return failure;
    },
  };
}

/** Resolves when everything written so far has left the process, or has failed. */
function flush(stream: Stream): Promise<void> {
  return new Promise((done) => {
    stream.write('', () => {
      done();
    });
  });
}

/** A pipe or terminal without its other end. A terminal that was closed fails as a broken disk does. */
export function isReaderGone(failure: unknown, stream: Stream): boolean {
  if (!(failure instanceof Error && 'code' in failure)) return false;
  return failure.code === 'EPIPE' || (failure.code === 'EIO' && stream.isTTY === true);
}

/** An error that names the path and the system's error code. */
export function outputFailed(path: string, error: unknown): OutputFailedError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new OutputFailedError(`${path} cannot be written (${code}).`, { cause: error });
}
