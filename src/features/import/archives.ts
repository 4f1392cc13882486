/**
 * The archives of one import: all are opened before anything is written, so that one that cannot be read
 * or is of another athlete changes nothing.
 */
import type { ExportArchive } from '../../bulk-export/archive.ts';
import { openArchive } from '../../bulk-export/archive.ts';
import { UsageError } from '../../errors.ts';
import type { ImportOrder } from './options.ts';

export interface NamedArchive {
  readonly path: string;
  readonly archive: ExportArchive;
}

/** In the order in which they were made. */
export interface OpenArchives {
  readonly archives: readonly NamedArchive[];
  readonly close: () => Promise<void>;
}

/** @throws BulkExportError where one cannot be read. */
export async function openArchives(paths: readonly string[]): Promise<OpenArchives> {
  const archives: NamedArchive[] = [];
  const close = async (): Promise<void> => {
    for (const { archive } of archives.splice(0)) await archive.close();
  };
  try {
    for (const path of paths) archives.push({ path, archive: await openArchive(path) });
  } catch (error) {
    await close();
    throw error;
  }
  const madeAtMs = ({ archive }: NamedArchive): number => archive.madeAt.getTime();
  return { archives: archives.sort((one, other) => madeAtMs(one) - madeAtMs(other)), close };
}

/** Whose export it is. @throws UsageError where the archives and --athlete do not name one athlete. */
export function athleteIdOf(
  archives: readonly NamedArchive[],
  { filter: { athleteId } }: Pick<ImportOrder, 'filter'>,
): number {
  const ids = archives.map(({ path, archive }) => ({ path, id: archive.contents.athlete.id }));
  const known = ids.flatMap(({ path, id }) => (id === undefined ? [] : [{ path, id }]));
  const other = known.find(({ id }) => id !== (athleteId ?? known[0]?.id));
  if (other !== undefined) {
    const [first] = known;
    throw new UsageError(
      athleteId === undefined
        ? `${other.path} is the export of athlete ${other.id}, and ${first?.path ?? ''} that of athlete ${first?.id ?? 0}: import them one by one.`
        : `${other.path} is the export of athlete ${other.id}, not of athlete ${athleteId}: leave --athlete out.`,
    );
  }
  const nameless = ids.find(({ id }) => id === undefined);
  const found = athleteId ?? (nameless === undefined ? known[0]?.id : undefined);
  if (found !== undefined) return found;
  throw new UsageError(
    `${nameless?.path ?? ''} does not say whose export it is (profile.csv names no athlete): give --athlete ID.`,
  );
}
