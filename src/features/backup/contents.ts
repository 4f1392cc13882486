/**
 * Reads the frames of a backup one after the other, and makes sure at the end that they are what was
 * written: the counts, the checksum, nothing behind it. It writes nothing.
 */
import { createHash } from 'node:crypto';
import { BSON } from 'mongodb';
import { BackupUnusableError } from '../../errors.ts';
import type { BackupHead, Counts, Frame, StoredDocument } from './format.ts';
import { digestAlgorithm, digestBytes, readFrame, readHead } from './format.ts';
import { damaged, readBackup } from './file.ts';
import { schemaVersion } from '../../mongo/schema/schema-version.ts';

/** What a whole backup holds. */
export interface Contents {
  readonly head: BackupHead;
  readonly counts: Counts;
}

/**
 * Reads the whole file once.
 * @throws BackupUnusableError where it is damaged, no backup, or one of a newer format.
 */
export async function verifyBackup(path: string): Promise<Contents> {
  const documents = documentsIn(path);
  for (;;) {
    const next = await documents.next();
    if (next.done === true) return next.value;
  }
}

/** Each document of the file, and at the end what it was. @throws BackupUnusableError */
export async function* documentsIn(path: string): AsyncGenerator<StoredDocument, Contents> {
  const bytes = createBytes(path);
  const counted: Record<string, number> = {};
  try {
    const head = await headOf(path, bytes);
    for (;;) {
      const frame = await nextFrame(path, bytes);
      if ('counts' in frame) {
        await assertComplete(path, bytes, { counted, counts: frame.counts });
        return { head, counts: frame.counts };
      }
      counted[frame.collection] = (counted[frame.collection] ?? 0) + 1;
      yield frame;
    }
  } finally {
    await bytes.end();
  }
}

const maxHeadBytes = 10_000;

async function headOf(path: string, bytes: Bytes): Promise<BackupHead> {
  const line = await bytes.line(maxHeadBytes);
  const head = readHead(line ?? '');
  if ('problem' in head) throw new BackupUnusableError(`${path} ${head.problem}.`);
  if (head.database_version <= schemaVersion) return head;
  throw new BackupUnusableError(
    `${path} is of a database of version ${head.database_version}, and this program knows ${schemaVersion}: restore it with a newer version of the program.`,
  );
}

/** A document of 16 MB, and room for what stands around it. */
const maxFrameBytes = 17_000_000;
const lengthBytes = 4;

async function nextFrame(path: string, bytes: Bytes): Promise<Frame> {
  const start = await bytes.take(lengthBytes);
  const length = start?.readInt32LE() ?? 0;
  if (start === undefined) throw damaged(path, 'it ends too early');
  if (length <= lengthBytes || length > maxFrameBytes) throw broken(path);
  const rest = await bytes.take(length - lengthBytes);
  if (rest === undefined) throw damaged(path, 'it ends too early');
  try {
    const frame = readFrame(Buffer.concat([start, rest]));
    if (frame !== undefined) return frame;
  } catch (error) {
    if (!(error instanceof BSON.BSONError)) throw error;
    throw broken(path, error);
  }
  throw broken(path);
}

function broken(path: string, cause?: unknown): BackupUnusableError {
  return damaged(path, 'something in it is no document', cause);
}

async function assertComplete(
  path: string,
  bytes: Bytes,
  { counted, counts }: { counted: Counts; counts: Counts },
): Promise<void> {
  const expected = bytes.digest();
  const stored = await bytes.take(digestBytes);
  if (stored?.equals(expected) !== true) throw damaged(path, 'its checksum is wrong');
  if ((await bytes.take(1)) !== undefined) throw damaged(path, 'something follows its end');
  const isCounted = Object.entries(counts).every(([name, count]) => (counted[name] ?? 0) === count);
  if (!isCounted) throw damaged(path, 'its counts are wrong');
}

/** The bytes of a file, in the lengths that are asked for. */
interface Bytes {
  /** Undefined where there are fewer. */
  take(length: number): Promise<Buffer | undefined>;
  /** Up to the line's end, without it; undefined where it is longer. */
  line(longest: number): Promise<string | undefined>;
  /** Of all that was taken. */
  digest(): Buffer;
  end(): Promise<void>;
}

const lineEnd = 0x0a;

function createBytes(path: string): Bytes {
  const source = readBackup(path);
  const hash = createHash(digestAlgorithm);
  let buffered: Buffer[] = [];
  let length = 0;

  const fill = async (wanted: number): Promise<boolean> => {
    while (length < wanted) {
      const next = await source.next();
      if (next.done === true) return false;
      buffered.push(next.value);
      length += next.value.length;
    }
    return true;
  };
  const joined = (): Buffer => {
    const [first, ...others] = buffered;
    const whole = first !== undefined && others.length === 0 ? first : Buffer.concat(buffered);
    buffered = [whole];
    return whole;
  };
  const take = async (wanted: number): Promise<Buffer | undefined> => {
    if (!(await fill(wanted))) return undefined;
    const whole = joined();
    const taken = whole.subarray(0, wanted);
    buffered = [whole.subarray(wanted)];
    length -= wanted;
    hash.update(taken);
    return taken;
  };
  return {
    take,
    line: async (longest) => {
      for (let known = 1; known <= longest; known = length + 1) {
        const isThere = await fill(known);
        const end = joined().indexOf(lineEnd);
        if (end >= 0) return (await take(end + 1))?.toString('utf8', 0, end);
        if (!isThere) return undefined;
      }
      return undefined;
    },
    digest: () => hash.copy().digest(),
    end: async () => {
      await source.return(undefined);
    },
  };
}
