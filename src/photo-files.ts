/**
 * Wires the photos' files: their store, their folder and their host, and what removes them.
 */
import type { Config } from './config/config.ts';
import { OutputFailedError } from './errors.ts';
import { createPhotoStore } from './mongo/details/photo-files.ts';
import type { Store } from './mongo/schema/collections.ts';
import type { Program } from './program.ts';
import { createPhotoDownload } from './strava/photo-download.ts';
import { createPhotoFolder } from './strava/photo-folder.ts';
import type { DeletionStore } from './sync/ports/deletions.ts';
import type { PhotoPorts } from './sync/ports/photos.ts';

/** What fetches the files; nothing where they are not wanted. */
export function photoPortsOf(
  { strava, photoFiles }: Config,
  store: Store,
): { readonly photos?: PhotoPorts } {
  if (!photoFiles.isOn) return {};
  const { apiUrl, requestTimeoutMs: timeoutMs } = strava;
  const photos = {
    store: createPhotoStore(store),
    folder: createPhotoFolder(photoFiles.folder),
    fetch: createPhotoDownload({ apiUrl, timeoutMs }),
  };
  return { photos };
}

/**
 * The same deletions, which remove an activity's photos after it, whether or not more of them are fetched.
 * Cut off in between, the next sweep removes the rest. A folder that fails stops no deletion.
 */
export function withPhotoFiles(
  deletions: DeletionStore,
  { config, log }: Pick<Program, 'config' | 'log'>,
  store: Store,
): DeletionStore {
  const folder = createPhotoFolder(config.photoFiles.folder);
  const photos = createPhotoStore(store);
  const remove = async (athleteId: number, idsOf: () => Promise<readonly number[]>) => {
    try {
      for (const activityId of await idsOf()) await folder.keepOnly(athleteId, activityId, []);
    } catch (error) {
      if (!(error instanceof OutputFailedError)) throw error;
      log.warn({ athlete: athleteId, code: error.code }, error.message);
    }
  };
  return {
    ...deletions,
    deleteActivity: async (write, activityId) => {
      await deletions.deleteActivity(write, activityId);
      await remove(write.athleteId, () => Promise.resolve([activityId]));
    },
    expire: async (write) => {
      const expired = await deletions.expire(write);
      const { athleteId } = write;
      if (!expired.isMore)
        await remove(athleteId, async () => {
          const ids = await folder.activityIds(athleteId);
          return photos.withoutPhotos(athleteId, ids);
        });
      return expired;
    },
  };
}
