/**
 * The files of an activity's photos: which there have to be, where each comes from, what it is called, and
 * what follows where some do not come. Pure.
 */
import { createHash } from 'node:crypto';
import { hourMs, minuteMs } from '../duration.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Retry } from '../sync/retry.ts';
import { planRetry, planUnusableRetry } from '../sync/retry.ts';

/** A photo of the stored list. */
export interface Photo {
  /** Begins the name of its file. */
  readonly id: string;
  readonly address: string;
}

/** What is stored of a photo's file. */
export interface PhotoFile {
  readonly id: string;
  /** In the photos' folder. */
  readonly path: string;
  readonly bytes: number;
  /** Where it came from, see `withoutQuery`. */
  readonly address: string;
  readonly fetchedAt: Date;
}

/** Several times the largest photo that Strava keeps. */
export const maxPhotoBytes = 32_000_000;

/** The types that Strava is known to send, and others that show a photo and run nothing. */
const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/heic': 'heic',
  'image/heif': 'heif',
  'image/avif': 'avif',
};

/** The photos of the list, each once, under its largest picture's address; those without one are left out. */
export function photosIn(records: readonly JsonObject[]): readonly Photo[] {
  const photos = records.flatMap((record): readonly Photo[] => {
    const id = fileIdOf(record['unique_id'] ?? record['id']);
    const address = largestAddress(record['urls']);
    return id === undefined || address === undefined ? [] : [{ id, address }];
  });
  return [...new Map(photos.map((photo) => [photo.id, photo])).values()];
}

/** Another program's text never becomes a path: an id of other characters is replaced by its hash. */
function fileIdOf(id: JsonValue | undefined): string | undefined {
  if (typeof id !== 'string' && typeof id !== 'number' && typeof id !== 'bigint') return undefined;
  const text = String(id);
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(text)) return text;
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** `urls` has an address by the longer side in pixels. */
function largestAddress(urls: JsonValue | undefined): string | undefined {
  if (!isJsonObject(urls)) return undefined;
  const bySize = Object.entries(urls).toSorted(([one], [other]) => Number(other) - Number(one));
  const [, address] = bySize.find(([, value]) => typeof value === 'string') ?? [];
  return typeof address === 'string' ? address : undefined;
}

/** The name of a photo's file; undefined where the content type is none of a photo. */
export function photoFileName(id: string, contentType: string | undefined): string | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const extension = Object.hasOwn(extensions, type) ? extensions[type] : undefined;
  return extension === undefined ? undefined : `${id}.${extension}`;
}

/** The id that begins a file's name. */
export function photoIdOf(fileName: string): string {
  return fileName.slice(0, fileName.indexOf('.'));
}

/** An address without its query: the signature in that is another each time. */
export function withoutQuery(address: string): string {
  const url = URL.parse(address);
  return url === null ? '' : `${url.origin}${url.pathname}`;
}

/** Whether a photo may be fetched from there: by https, or from the host that is configured as Strava. */
export function isPhotoAddress(address: string, apiUrl: string): boolean {
  const url = URL.parse(address);
  if (url?.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || url.origin === URL.parse(apiUrl)?.origin;
}

/** Why a photo's file did not come. */
export type PhotoFailure =
  /** Its address is not valid, or not valid any more. */
  | 'gone'
  /** No photo came from there. */
  | 'unusable'
  /** Another try may bring it. */
  | 'transient';

/** What becomes of an activity's files after a try. */
export type FilesOutcome =
  | { readonly kind: 'stored' }
  /** The addresses are as old as signed ones live: Strava is asked for them again. */
  | { readonly kind: 'askAgain' }
  /** Final until the list of photos changes. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'retry'; readonly retry: Retry };

export interface FilesTry {
  readonly failures: ReadonlySet<PhotoFailure>;
  readonly triesBefore: number;
  /** When Strava was asked for them; undefined where it is being asked again already. */
  readonly addressesAt: Date | undefined;
  readonly nowMs: number;
  /** From 0 to 1. */
  readonly random: number;
}

/** What gets better by itself comes first: the addresses are asked for again once nothing else is left to try. */
export function settleFiles(given: FilesTry): FilesOutcome {
  const { failures, triesBefore, addressesAt, nowMs, random } = given;
  if (failures.has('transient'))
    return { kind: 'retry', retry: planRetry(triesBefore, nowMs, random) };
  if (failures.has('unusable'))
    return { kind: 'retry', retry: planUnusableRetry(triesBefore, nowMs, random) };
  if (!failures.has('gone')) return { kind: 'stored' };
  const isOld = addressesAt !== undefined && nowMs - addressesAt.getTime() > hourMs;
  return { kind: isOld ? 'askAgain' : 'gone' };
}

/**
 * After this many transient failures the other photos of an activity are not tried; after this many such
 * activities in a row, none for a while.
 */
export const maxHostFailures = 3;

/** How long no photo is fetched after that, or where the folder cannot be written. */
export const photoPauseMs = 5 * minuteMs;
