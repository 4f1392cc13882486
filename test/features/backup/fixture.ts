/**
 * What the tests of backups share: a backup taken without a terminal, and what is in one.
 */
import { dump } from '../../../src/features/backup/dump.ts';
import type { Counter } from '../../../src/features/shared/progress/count-progress.ts';
import { verifyBackup } from '../../../src/features/backup/read-directory.ts';
import { writeDirectory } from '../../../src/features/backup/write-directory.ts';
import type { Store } from '../../../src/mongo/schema/collections.ts';

export const createdAt = new Date('2026-11-23T12:00:00Z');
export const { signal } = new AbortController();

const nothing = (): void => undefined;
export const noProgress: Counter = { begin: nothing, advance: nothing };

export interface TakeOptions {
  readonly hasTokens?: boolean;
  readonly progress?: Counter;
  readonly stop?: AbortSignal;
}

export function takeBackup(
  store: Store,
  path: string,
  { hasTokens = true, progress = noProgress, stop = signal }: TakeOptions = {},
) {
  const options = { hasTokens, createdAt, progress };
  return writeDirectory(path, (write) => dump(store, write, options), stop);
}

/** How many documents of each collection are in a backup. */
export async function countsOf(path: string): Promise<Readonly<Record<string, number>>> {
  const { files } = await verifyBackup(path, { progress: noProgress, signal });
  return Object.fromEntries([...files].map(([name, { documents }]) => [name, documents]));
}
