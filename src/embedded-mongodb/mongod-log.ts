/**
 * Reads in mongod's own log why it gave up. Understands the JSON lines that mongod writes since 4.4.
 */
import { open, rename, stat } from 'node:fs/promises';

const tailBytes = 256 * 1024;
/** WT_PANIC: "the process must exit and restart", logged after the error that leads to it. */
const panic = -31_804;
const keptBytes = 16 * 1024 * 1024;

/** The size of the log in bytes; 0 when there is none yet. */
export async function logSize(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Puts a log that has grown large aside, in place of the one that was put aside before. */
export async function rotateLog(path: string): Promise<void> {
  if ((await logSize(path)) > keptBytes) await rename(path, `${path}.1`);
}

interface Complaint {
  message: string;
  detail: string | undefined;
}

/**
 * The last error that was logged after byte `from`, in one line; undefined when there is none.
 * One with a detail is preferred, for the very last words are often "aborting" only.
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

function complaintsOf(line: string): Complaint[] {
  try {
    const { s, msg, attr } = JSON.parse(line) as { s?: string; msg?: string; attr?: unknown };
    const isComplaint = (s === 'E' || s === 'F') && fieldOf(attr, 'error') !== panic;
    return isComplaint ? [{ message: msg ?? '', detail: detailOf(attr) }] : [];
  } catch {
    return [];
  }
}

/** The forms seen: a text, an object with `errmsg`, and WiredTiger's object with `msg`. */
function detailOf(attr: unknown): string | undefined {
  const error = fieldOf(attr, 'error');
  const texts = [error, fieldOf(error, 'errmsg'), fieldOf(fieldOf(attr, 'message'), 'msg')];
  return texts.find((text) => typeof text === 'string');
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}
