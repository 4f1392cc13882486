/** The files of an export, from a zip or a folder: what the two have in common. */

/** The bytes of a file, or a clause that says why there are none: "the archive has no such file". */
export type FileContent = { readonly bytes: Uint8Array } | { readonly unreadable: string };

export interface ExportFiles {
  /** When the newest of the files was made. */
  readonly madeAt: Date;
  has(path: string): boolean | Promise<boolean>;
  /** The bytes of a file as they stand in the archive; 0 where there is none. */
  sizeOf(path: string): number | Promise<number>;
  /** Paths are relative to the folder that holds `activities.csv`. It never throws. */
  read(path: string): Promise<FileContent>;
  close(): Promise<void>;
}

/** What bounds a hostile archive. */
export interface ArchiveLimits {
  /** Of one file, inflated from the zip. A recording of a day has 5 MB. */
  readonly fileBytes: number;
  /** Of all entries of a zip, photos included. */
  readonly entries: number;
  /** Of the recordings. */
  readonly recordings: number;
}

export const archiveLimits: ArchiveLimits = {
  fileBytes: 256_000_000,
  entries: 2_000_000,
  recordings: 200_000,
};

/** The table that makes a folder an export. */
export const activitiesFile = 'activities.csv';

/** The other tables that are read; the rest of the export is not opened. */
export const athleteFiles = {
  profile: 'profile.csv',
  preferences: 'general_preferences.csv',
  bikes: 'bikes.csv',
  shoes: 'shoes.csv',
} as const;

/** Whether macOS or another system made the file, at any later time: `__MACOSX/…`, `.DS_Store`. */
export function isOfSystem(path: string): boolean {
  return /(?:^|\/)(?:__MACOSX\/|\.[^/]+$)/.test(path);
}

export const tooLarge = ({ fileBytes }: ArchiveLimits): string =>
  `it is larger than ${Math.floor(fileBytes / 1e6)} MB`;
