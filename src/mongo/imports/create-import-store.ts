/** The store of an import, over MongoDB. */
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import { refreshRoutes } from '../routes/refresh-routes.ts';
import type { Store } from '../schema/collections.ts';
import type { ImportStore } from './import-store.ts';
import { storedImports } from './stored-imports.ts';
import { writeActivity } from './write-activity.ts';
import { writeAthlete } from './write-athlete.ts';

export interface ImportStoreOptions {
  /** The setting `SYNC_TRACK`. */
  readonly trackSource: TrackSource;
}

export function createImportStore(store: Store, options: ImportStoreOptions): ImportStore {
  const target = { ...store, ...options };
  return {
    stored: (ids) => storedImports(store, ids),
    write: (write, imported) => writeActivity(target, write, imported),
    refreshRoutes: (write) => refreshRoutes(store, write),
    writeAthlete: (write, athlete) => writeAthlete(store, write, athlete),
  };
}
