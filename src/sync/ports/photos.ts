/**
 * The files of photos as the engine sees them: what is due, the host they come from, and their folder.
 */
import type { Photo, PhotoFile } from '../../domain/activity/photo-files.ts';
import type { Retry } from '../../domain/sync/retry.ts';
import type { TaskWrite } from './tasks.ts';

/** An activity whose photos' files are to be made as its list of photos is. */
export interface DueFiles {
  readonly activityId: number;
  readonly photos: readonly Photo[];
  /** What is stored of its files so far. */
  readonly files: readonly PhotoFile[];
  readonly tries: number;
  /** When the list was fetched. */
  readonly addressesAt: Date | undefined;
  /** Whether the list is to be fetched again anyway. */
  readonly isListOpen: boolean;
}

/** What is stored of a try. */
export type FilesState =
  | { readonly kind: 'stored' }
  | { readonly kind: 'askAgain' }
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'retry'; readonly retry: Retry; readonly error: string };

export interface PhotoStore {
  /** Some due activities of an athlete, newest first. */
  due(athleteId: number, now: Date): Promise<readonly DueFiles[]>;
  /** Writes what there is now. Where the list has been fetched again meanwhile, the activity stays due. */
  store(
    write: TaskWrite,
    due: DueFiles,
    stored: { readonly files: readonly PhotoFile[]; readonly state: FilesState },
  ): Promise<void>;
  /** Which of the activities keep no photos: they were deleted, or have none any more. */
  withoutPhotos(athleteId: number, activityIds: readonly number[]): Promise<readonly number[]>;
}

/** The bytes of a photo as its host sent them. */
export interface PhotoContent {
  readonly name: string;
  readonly content: Uint8Array;
}

/**
 * Fetches a photo without any login.
 * @throws NotFoundError where the address is not valid any more, MalformedResponseError and
 * ResponseTooLargeError for what is no photo, StravaTransientError for what another try may bring.
 */
export type FetchPhoto = (photo: Photo, signal: AbortSignal) => Promise<PhotoContent>;

/** One folder for each activity, in one for each athlete. @throws OutputFailedError from each call. */
export interface PhotoFolder {
  /** The complete files of an activity. */
  list(athleteId: number, activityId: number): Promise<readonly FoundFile[]>;
  /** The file is there whole, or not at all. Returns its path in the folder. */
  save(athleteId: number, activityId: number, photo: PhotoContent): Promise<string>;
  /** Removes all of the activity's files but these. */
  keepOnly(athleteId: number, activityId: number, names: readonly string[]): Promise<void>;
  /** The activities that have a folder. */
  activityIds(athleteId: number): Promise<readonly number[]>;
  /** Fails where an athlete's files cannot be removed. */
  assertRemovable(athleteId: number): Promise<void>;
  /** Returns how many files went. */
  removeAthlete(athleteId: number): Promise<number>;
}

export interface FoundFile {
  readonly name: string;
  /** In the photos' folder. */
  readonly path: string;
  readonly bytes: number;
}

/** What the files of photos need. */
export interface PhotoPorts {
  readonly store: PhotoStore;
  readonly folder: PhotoFolder;
  readonly fetch: FetchPhoto;
}
