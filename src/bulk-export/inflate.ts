/**
 * Inflates a gzip file of the export, and keeps what stands before a cut or damaged end.
 */
import { constants, gunzipSync } from 'node:zlib';

/** The inflated bytes; `problem` is a clause about what is missing of them. */
export type Inflated =
  { readonly bytes: Uint8Array; readonly problem?: string } | { readonly unreadable: string };

const chunkSize = 128 * 1024;

/** Whether the bytes begin as a gzip file does. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * All members of a gzip file, one after the other; bytes after the last one are ignored. It never
 * throws, and never inflates to more than `maxBytes`.
 */
export function inflate(bytes: Uint8Array, maxBytes: number): Inflated {
  const whole = tryInflate(bytes, maxBytes, constants.Z_FINISH);
  if (whole instanceof Uint8Array) return { bytes: whole };
  if (whole === 'tooLarge') {
    return { unreadable: `it inflates to more than ${Math.floor(maxBytes / 1e6)} MB` };
  }
  const start = inflateStart(bytes, maxBytes);
  if (start.length === 0) return { unreadable: 'its gzip data is damaged from the beginning' };
  return { bytes: start, problem: 'its gzip data is cut or damaged, the part before was read' };
}

/** What can be inflated before the first error, whose place a bisection finds. */
function inflateStart(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const attempt = (length: number): Uint8Array | 'failed' | 'tooLarge' =>
    tryInflate(bytes.subarray(0, length), maxBytes, constants.Z_SYNC_FLUSH);
  let best: Uint8Array = new Uint8Array();
  for (let from = 0, to = bytes.length, length = to; from < to;) {
    const part = attempt(length);
    if (part instanceof Uint8Array) {
      best = part;
      from = length;
    } else {
      to = length - 1;
    }
    length = Math.ceil((from + to) / 2);
  }
  return best;
}

function tryInflate(
  bytes: Uint8Array,
  maxBytes: number,
  finishFlush: number,
): Uint8Array | 'failed' | 'tooLarge' {
  try {
    return gunzipSync(bytes, { finishFlush, maxOutputLength: maxBytes, chunkSize });
  } catch (error) {
    const isTooLarge =
      error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLarge ? 'tooLarge' : 'failed';
  }
}
