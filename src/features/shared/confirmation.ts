/**
 * Asks the user for a confirmation before something that cannot be undone.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** The terminal that shows the question. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Whether the user typed one of the accepted replies; the end of the input counts as no. */
export async function isConfirmed(
  { input, output, signal }: Terminal,
  question: string,
  accepted: readonly string[],
): Promise<boolean> {
  // Without its own terminal mode Ctrl-C stays a signal.
  const lines = createInterface({ input, output, terminal: false });
  const closed = once(lines, 'close').then(() => '');
  try {
    const reply = await Promise.race([lines.question(question, { signal }), closed]);
    return accepted.includes(reply.trim().toLowerCase());
  } finally {
    lines.close();
  }
}
