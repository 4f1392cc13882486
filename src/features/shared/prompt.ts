/**
 * Asks a question on the terminal and reads one line.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Aborted by Ctrl-C while the reply is shown. */
  readonly signal: AbortSignal;
}

/** The reply without the spaces around it; undefined after Ctrl-C and at the end of the input. */
export type Ask = (
  question: string,
  how?: { readonly isHidden: boolean },
) => Promise<string | undefined>;

/** A hidden reply is not echoed. */
export function createAsk({ input, output, signal }: Terminal): Ask {
  return async (question, { isHidden } = { isHidden: false }) => {
    // Without its own terminal mode Ctrl-C stays a signal, and the terminal echoes; with it, neither.
    const lines = isHidden
      ? createInterface({ input, output: createSink(), terminal: true, historySize: 0 })
      : createInterface({ input, output, terminal: false });
    const close = (): void => {
      lines.close();
    };
    signal.addEventListener('abort', close);
    lines.once('SIGINT', close);
    const closed = once(lines, 'close').then(() => undefined);
    const replied = once(lines, 'line').then(([line]) => String(line).trim());
    try {
      if (signal.aborted) return undefined;
      output.write(question);
      return await Promise.race([replied, closed]);
    } finally {
      signal.removeEventListener('abort', close);
      close();
      if (isHidden) output.write('\n');
    }
  };
}

function createSink(): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
}
