/**
 * The folder of the photos' files, `ATHLETE/ACTIVITY/PHOTO.jpg`, for its owner alone. A file is there whole
 * or not at all, also after a kill or a power cut.
 */
import { randomUUID } from 'node:crypto';
import { access, constants, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputFailedError } from '../errors.ts';
import { fileFailures, makeFolder } from '../make-folder.ts';
import type { FoundFile, PhotoFolder, PhotoContent } from '../sync/ports/photos.ts';

/** The end of a file's name while it is written. */
const temporary = '.part';

export function createPhotoFolder(root: string): PhotoFolder {
  const folderOf = (...ids: readonly number[]): string => join(root, ...ids.map(String));
  const explained = <T>(work: () => Promise<T>): Promise<T> => explain(root, work);
  return {
    list: (athleteId, activityId) =>
      explained(() => listFiles(folderOf(athleteId, activityId), `${athleteId}/${activityId}`)),
    save: (athleteId, activityId, photo) =>
      explained(async () => {
        await saveFile(folderOf(athleteId, activityId), photo);
        return `${athleteId}/${activityId}/${photo.name}`;
      }),
    keepOnly: (athleteId, activityId, names) =>
      explained(() => keepOnly(folderOf(athleteId, activityId), names)),
    activityIds: (athleteId) =>
      explained(async () => {
        const names = await entriesOf(folderOf(athleteId));
        return names.filter((name) => /^[1-9]\d{0,15}$/.test(name)).map(Number);
      }),
    assertRemovable: (athleteId) =>
      explain(root, () => assertWritable(folderOf(athleteId)), removalRemedy),
    removeAthlete: (athleteId) =>
      explained(async () => {
        const folder = folderOf(athleteId);
        const found = await entriesOf(folder, true);
        await rm(folder, { recursive: true, force: true });
        return found.filter((name) => name.includes('.') && !name.endsWith(temporary)).length;
      }),
  };
}

async function listFiles(folder: string, path: string): Promise<readonly FoundFile[]> {
  const names = (await entriesOf(folder)).filter((name) => !name.endsWith(temporary));
  return Promise.all(
    names.map(async (name) => ({
      ...{ name, path: `${path}/${name}` },
      bytes: (await stat(join(folder, name))).size,
    })),
  );
}

/** None where there is no folder. */
async function entriesOf(folder: string, recursive = false): Promise<readonly string[]> {
  try {
    return await readdir(folder, { recursive });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function saveFile(folder: string, { name, content }: PhotoContent): Promise<void> {
  await makeFolder(folder, 0o700);
  const unfinished = join(folder, `${randomUUID()}${temporary}`);
  try {
    await writeWhole(unfinished, content);
    await rename(unfinished, join(folder, name));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  // The directory's entry, too, has to survive a power cut.
  await using entries = await open(folder, 'r');
  await entries.sync();
}

async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(content);
  await file.sync();
}

async function keepOnly(folder: string, names: readonly string[]): Promise<void> {
  const found = await entriesOf(folder);
  const isKept = new Set(names);
  for (const name of found.filter((one) => !isKept.has(one)))
    await rm(join(folder, name), { recursive: true, force: true });
  if (names.length === 0 && found.length > 0) await rmdir(folder);
}

/** Fails where a folder is there and its entries cannot be removed. */
async function assertWritable(folder: string): Promise<void> {
  const activities = await entriesOf(folder);
  if (activities.length === 0) return;
  for (const path of [folder, ...activities.map((name) => join(folder, name))])
    await access(path, constants.W_OK);
}

const usualRemedy =
  'Make room there or change its owner, or set SYNC_PHOTOS_FOLDER to another folder.';
const removalRemedy =
  'Nothing was revoked and nothing was erased. Run the command as the owner of that folder.';

async function explain<T>(root: string, work: () => Promise<T>, remedy = usualRemedy): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw new OutputFailedError(
      `The photos' folder ${root} cannot be used: ${fileFailures[code] ?? code}. ${remedy}`,
      { cause: error },
    );
  }
}

/** Undefined for what is no failure of the file system. */
function codeOf(error: unknown): string | undefined {
  const isOfFile = error instanceof Error && 'code' in error && 'syscall' in error;
  return isOfFile ? String(error.code) : undefined;
}
