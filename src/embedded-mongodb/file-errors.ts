/**
 * Explains failures of the file system by a sentence about the folder.
 */
import { ConfigurationError, DomestiqueError, EmbeddedServerError } from '../errors.ts';
import { fileFailures } from '../make-folder.ts';

/** Failures that pass without another setting. */
const passing: readonly string[] = ['EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOSPC'];

/** The folder that a failure is about. */
export interface Subject {
  /** As a sentence begins with it. */
  readonly name: string;
  /** Whether a setting names it, which then is wrong. */
  readonly isSetting: boolean;
}

/**
 * Runs `work` on a folder.
 * @throws ConfigurationError if the folder of a setting is unusable, EmbeddedServerError for any other
 * failure of the file system, such as a full disk.
 */
export async function explainFileErrors<T>(
  { name, isSetting }: Subject,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof DomestiqueError ? undefined : fileErrorCode(error);
    if (code === undefined) throw error;
    const sentence = `${name} cannot be used: ${fileFailures[code] ?? code}`;
    throw isSetting && !passing.includes(code)
      ? new ConfigurationError([sentence], { cause: error })
      : new EmbeddedServerError(`${sentence}.`, { cause: error });
  }
}

/** Undefined for a failure of anything but a file: sockets and programs fail with system errors too. */
function fileErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return undefined;
  const { code, syscall } = error;
  const isOfFile = 'path' in error && !String(syscall).startsWith('spawn');
  return isOfFile || String(code) in fileFailures ? String(code) : undefined;
}
