/**
 * Finds the reason of a failed start in mongod's own log, the JSON lines that mongod writes since 4.4.
 */
import { open, rename, stat } from 'node:fs/promises';

const tailBytes = 256 * 1024;
/** WT_PANIC: "the process must exit and restart", logged after the error that leads to it. */
const panic = -31_804;
const maxLogBytes = 16 * 1024 * 1024;

/** In bytes; 0 if there is no log yet. */
export function logSize(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Moves a large log aside, in place of the one that was moved before. */
export async function rotateLog(path: string): Promise<void> {
  if ((await logSize(path)) > maxLogBytes) await rename(path, `${path}.1`);
}

/**
 * The last error that was logged after byte `from`, in one line. Prefers one with a detail, because the
 * very last line is often "aborting" only.
 */
export async function lastComplaint(path: string, from: number): Promise<string | undefined> {
  const text = await readTail(path, from).catch(() => '');
  const complaints = text.split('\n').flatMap(complaintsOf);
  const chosen = complaints.findLast(({ detail }) => detail !== undefined) ?? complaints.at(-1);
  if (chosen === undefined) return undefined;
  const { message, detail } = chosen;
  const line = detail === undefined ? message : `${message}: ${detail}`;
  return line.replace(/\s+/g, ' ').trim();
}

async function readTail(path: string, from: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - tailBytes);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    await file.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}

/** What may be in a line; each value can be of any type. */
interface LogLine {
  readonly s?: string;
  readonly msg?: string;
  readonly attr?: {
    readonly error?: { readonly errmsg?: unknown };
    readonly message?: { readonly msg?: unknown };
  };
}

interface Complaint {
  readonly message: string;
  readonly detail: string | undefined;
}

function complaintsOf(line: string): Complaint[] {
  try {
    const { s, msg = '', attr } = JSON.parse(line) as LogLine;
    const error: unknown = attr?.error;
    if ((s !== 'E' && s !== 'F') || error === panic) return [];
    // The known forms: a text, an object with `errmsg`, and WiredTiger's object with `msg`.
    const details = [error, attr?.error?.errmsg, attr?.message?.msg];
    return [{ message: msg, detail: details.find((each) => typeof each === 'string') }];
  } catch {
    return [];
  }
}
