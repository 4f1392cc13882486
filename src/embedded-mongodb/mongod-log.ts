/**
 * mongod's own log: JSON lines since 4.4. It is kept of the start only, for the reason of a start that
 * fails. Later lines hold whole documents: mongod warns about each track with many index keys, and no
 * setting of the community edition turns that off or redacts it.
 */
import { devNull } from 'node:os';
import { open, readlink, rename, rm, stat, symlink, truncate } from 'node:fs/promises';
import { requestLogRotation } from './running-mongod.ts';

const tailBytes = 256 * 1024;
/** WT_PANIC: "the process must exit and restart", logged after the error that leads to it. */
const panic = -31_804;
const maxLogBytes = 1024 * 1024;

/** In bytes; 0 if there is no log yet. */
export function logSize(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** `link` is the path that mongod opens. */
export interface LogFiles {
  readonly logPath: string;
  readonly logLink: string;
}

/** Prepares the files for a start, whose lines go to the log. */
export async function openLog({ logPath, logLink }: LogFiles): Promise<void> {
  await rotateLog(logPath);
  await pointTo(logPath, logLink);
}

/**
 * Has a mongod that is ready log nothing more. Idempotent.
 * @throws EmbeddedServerError if it does not respond.
 */
export async function closeLog({ logLink }: LogFiles, port: number): Promise<void> {
  // Without a link, an earlier version started it, and it would only rename its log.
  if ((await readlink(logLink).catch(() => undefined)) === undefined) return;
  await pointTo(devNull, logLink);
  await requestLogRotation(port);
}

/** Removes what the log says so far, for the data of an athlete that earlier versions left in it. */
export async function emptyLog(logPath: string): Promise<void> {
  await rm(rotatedPath(logPath), { force: true });
  // mongod appends: it writes on at the new end.
  if ((await logSize(logPath)) > 0) await truncate(logPath);
}

/** Replaces the link in one step, so that mongod never finds none. */
async function pointTo(target: string, link: string): Promise<void> {
  const draft = `${link}.draft`;
  await rm(draft, { force: true });
  await symlink(target, draft);
  await rename(draft, link);
}

function rotatedPath(path: string): string {
  return `${path}.1`;
}

/** Moves a large log aside, in place of the one that was moved before. */
export async function rotateLog(path: string): Promise<void> {
  if ((await logSize(path)) > maxLogBytes) await rename(path, rotatedPath(path));
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
