/**
 * Reads a request's body, up to a limit.
 */
import type { IncomingMessage } from 'node:http';

const maxBytes = 64 * 1_024;
/** What is read to be thrown away, so that who sent too much can still read the answer. */
const maxDiscardedBytes = 1_024 * 1_024;

export type Body =
  | { readonly kind: 'whole'; readonly text: string }
  | { readonly kind: 'too-large' }
  /** The client has gone, or was sent away. */
  | { readonly kind: 'lost' };

export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxDiscardedBytes) break;
      if (bytes <= maxBytes) chunks.push(chunk);
    }
  } catch {
    return { kind: 'lost' };
  }
  if (bytes > maxDiscardedBytes) return { kind: 'lost' };
  if (bytes > maxBytes) return { kind: 'too-large' };
  return { kind: 'whole', text: Buffer.concat(chunks).toString('utf8') };
}
