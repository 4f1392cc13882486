/**
 * The bodies of requests, which are read whole, and of responses that are sent while they are made.
 */
import type { IncomingMessage } from 'node:http';

/** A larger body is cut off past this size. */
export const maxBodyBytes = 64 * 1_024;
/** The rest of a body that is too large is read up to this size, so that the client can read the response. */
const maxDiscardedBytes = 1_024 * 1_024;

/** Cuts a body off past the limit; returns undefined if the client is gone or sends without end. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxDiscardedBytes) return undefined;
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

/** The same response, whose body ends early where it fails: `onFailure` gets the reason before the end. */
export function withFailingBody(response: Response, onFailure: (error: unknown) => void): Response {
  if (response.body === null) return response;
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  let isCancelled = false;
  const read = async (): Promise<Uint8Array | undefined> => {
    try {
      const { value } = await reader.read();
      return value;
    } catch (error) {
      onFailure(error);
      return undefined;
    }
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const chunk = await read();
    if (isCancelled) return;
    if (chunk === undefined) controller.close();
    else controller.enqueue(chunk);
  };
  const cancel = (reason: unknown): Promise<void> => {
    isCancelled = true;
    return reader.cancel(reason);
  };
  // Nothing is read ahead: the next chunk is made when the client takes it.
  const body = new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 });
  return new Response(body, response);
}
