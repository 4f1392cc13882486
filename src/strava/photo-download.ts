/**
 * Fetches photos from the host that their addresses name, which is not the API: no login goes there, and
 * its requests are not counted. It sends each once, without retry.
 */
import type { Response } from 'got';
import got from 'got';
import type { Photo } from '../domain/activity/photo-files.ts';
import { isPhotoAddress, maxPhotoBytes, photoFileName } from '../domain/activity/photo-files.ts';
import {
  MalformedResponseError,
  NotFoundError,
  ResponseTooLargeError,
  StravaTransientError,
} from '../strava-errors.ts';
import type { FetchPhoto } from '../sync/ports/photos.ts';
import { megabyte, readBounded, translated } from './http.ts';

export interface PhotoDownloadOptions {
  /** Its host may be asked without https, as a photo's address on it is as trusted as the API. */
  readonly apiUrl: string;
  /** Bounds each exchange, also where the host sends byte by byte. */
  readonly timeoutMs: number;
  readonly maxBytes?: number;
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly location: string | undefined;
  /** Undefined where it is too large. */
  readonly body: Uint8Array | undefined;
}

const maxRedirects = 3;

/** Messages name no address: whoever has it can see the photo. */
export function createPhotoDownload({
  apiUrl,
  timeoutMs,
  maxBytes = maxPhotoBytes,
}: PhotoDownloadOptions): FetchPhoto {
  const request = createRequest(timeoutMs, maxBytes);
  return async (photo, signal) => {
    let { address } = photo;
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      if (!isPhotoAddress(address, apiUrl))
        throw unusable(photo, 'its address is none of https, or names a login');
      const answer = await request(address, signal);
      const next = redirectOf(answer, address);
      if (next === undefined) return contentOf(photo, answer, maxBytes);
      address = next;
    }
    throw unusable(photo, `its host redirects more than ${maxRedirects} times`);
  };
}

function createRequest(timeoutMs: number, maxBytes: number) {
  const client = got.extend({
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    timeout: { request: timeoutMs, connect: Math.min(timeoutMs, 10_000) },
    headers: { 'user-agent': 'domestique', accept: 'image/*' },
  });
  return async (address: string, signal: AbortSignal): Promise<Answer> => {
    try {
      const stream = client.stream(address, { signal });
      let head: Response | undefined;
      stream.once('response', (response: Response) => {
        head = response;
      });
      const body = await readBounded(stream, maxBytes);
      const { 'content-type': type, location } = head?.headers ?? {};
      return { status: head?.statusCode ?? 0, type, location, body };
    } catch (error) {
      throw translated(error, address);
    }
  };
}

function redirectOf({ status, location }: Answer, address: string): string | undefined {
  if (status < 300 || status > 399 || location === undefined) return undefined;
  return URL.parse(location, address)?.href ?? '';
}

/** The statuses of a failure where the same request may succeed later. */
const passing: readonly number[] = [408, 425, 429];

function contentOf(photo: Photo, { status, type, body }: Answer, maxBytes: number) {
  if (status >= 400 && status <= 499 && !passing.includes(status))
    throw new NotFoundError(`The address of photo ${photo.id} is not valid any more (${status}).`);
  if (status >= 400) throw new StravaTransientError(`The host of the photos returned ${status}.`);
  const name = photoFileName(photo.id, type);
  if (status !== 200 || name === undefined) throw unusable(photo, 'what came is no photo');
  if (body === undefined) throw tooLarge(photo, maxBytes);
  if (body.byteLength === 0) throw unusable(photo, 'what came is empty');
  return { name, content: body };
}

function unusable({ id }: Photo, problem: string): MalformedResponseError {
  return new MalformedResponseError(`Photo ${id} cannot be fetched: ${problem}.`);
}

function tooLarge({ id }: Photo, maxBytes: number): ResponseTooLargeError {
  return new ResponseTooLargeError(
    `Photo ${id} is larger than ${maxBytes / megabyte} MB; the rest was not read.`,
  );
}
