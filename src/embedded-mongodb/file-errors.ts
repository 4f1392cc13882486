/**
 * Explains failures of the file system by a sentence about the folder that the user configured.
 */
import { EmbeddedServerError } from '../errors.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EDQUOT: 'the disk quota is spent',
  EEXIST: 'something that is not a folder has that name',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'something that is not a folder has that name',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
};

/** Runs `work`. @throws EmbeddedServerError about `subject` if the file system rejects an operation. */
export async function explainFileErrors<T>(subject: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = reasons[code];
    if (error instanceof EmbeddedServerError || reason === undefined) throw error;
    throw new EmbeddedServerError(`${subject} cannot be used: ${reason}.`, { cause: error });
  }
}
