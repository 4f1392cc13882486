/**
 * Turns what the file system refuses into a sentence about the folder that a person set.
 */
import { EmbeddedServerError } from '../errors.ts';

const sentences: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EDQUOT: 'the disk quota is spent',
  EEXIST: 'something that is not a folder has that name',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'something that is not a folder has that name',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
};

/** Runs `work`; a refusal of the file system in it becomes an EmbeddedServerError about `subject`. */
export async function explainingFileErrors<T>(subject: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const sentence = sentences[code];
    if (error instanceof EmbeddedServerError || sentence === undefined) throw error;
    throw new EmbeddedServerError(`${subject} cannot be used: ${sentence}.`, { cause: error });
  }
}
