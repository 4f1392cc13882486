/**
 * Asks the person at the terminal before something that cannot be undone.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** The terminal that a question is asked on. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Whether one of the accepted answers was typed; no answer at all is none of them. */
export async function isConfirmed(
  { input, output, signal }: Terminal,
  question: string,
  accepted: readonly string[],
): Promise<boolean> {
  // Without its own terminal mode Ctrl-C stays a signal.
  const lines = createInterface({ input, output, terminal: false });
  const closed = once(lines, 'close').then(() => '');
  try {
    const answer = await Promise.race([lines.question(question, { signal }), closed]);
    return accepted.includes(answer.trim().toLowerCase());
  } finally {
    lines.close();
  }
}
