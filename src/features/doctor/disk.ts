/** Whether the disks of DATA_DIR, of MongoDB and of the photos have room, and photos can be written. */
import { stat, statfs } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import { canWriteIn, nearestFolder } from '../../make-folder.ts';
import type { Finding } from './check.ts';
import type { Connection } from './connection.ts';
import { dataFilesOf } from './connection.ts';

const gigabyte = 1_000_000_000;
/** A history of ten years with its streams takes about this much. */
const comfortableBytes = 2 * gigabyte;
/** MongoDB stops writing, or ends, where a disk is full. */
const minBytes = gigabyte / 4;

/** `place` is as a sentence begins with it. */
export function assessDisk(place: string, freeBytes: number): Finding {
  const found = `${place} has ${(freeBytes / gigabyte).toFixed(1)} GB free.`;
  if (freeBytes >= comfortableBytes) return { mark: 'ok', found };
  return {
    mark: freeBytes < minBytes ? 'failed' : 'warning',
    found,
    advice: 'Make room there, or move the data to a larger disk.',
  };
}

export async function checkDisk(
  config: Config,
  connection: Connection,
): Promise<readonly Finding[]> {
  const dataDir = await diskOf(config.dataDir);
  const own = assessDisk('The disk of DATA_DIR', dataDir.freeBytes);
  const photos = await checkPhotos(config.photoFiles, dataDir.device);
  if (config.mongodb.uri !== undefined)
    return [own, ...(await diskOfServer(connection)), ...photos];
  const files = await diskOf(await dataFilesOf(config));
  if (files.device === dataDir.device) return [own, ...photos];
  return [own, assessDisk("The disk of the embedded MongoDB's files", files.freeBytes), ...photos];
}

/** Only where files are fetched; a disk that is assessed already is not assessed again. */
export async function checkPhotos(
  { isOn, folder }: Config['photoFiles'],
  assessedDevice: number,
): Promise<readonly Finding[]> {
  if (!isOn) return [];
  if (!(await canWriteIn(folder))) {
    return [
      {
        mark: 'failed',
        found: "This user cannot write the folder of the photos' files.",
        advice: 'Change its owner, or set SYNC_PHOTOS_FOLDER to another folder.',
      },
    ];
  }
  const { freeBytes, device } = await diskOf(folder);
  return device === assessedDevice ? [] : [assessDisk("The disk of the photos' files", freeBytes)];
}

async function diskOf(path: string) {
  const folder = await nearestFolder(path);
  const { bavail, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, device: (await stat(folder)).dev };
}

/** What `dbStats` says of the server's disk: a hosted MongoDB says nothing, and an empty database 0. */
async function diskOfServer({ store }: Connection): Promise<readonly Finding[]> {
  if (store === undefined) return [];
  const { fsTotalSize, fsUsedSize } = await store.db.command({ dbStats: 1 });
  const isKnown = Number(fsTotalSize) > 0 && Number(fsUsedSize) > 0;
  return isKnown ? [assessDisk("MongoDB's disk", Number(fsTotalSize) - Number(fsUsedSize))] : [];
}
