/**
 * Makes the files of one activity's photos as its list of photos is: fetches what is missing, removes what
 * is listed no more, and stores what there is.
 */
import type {
  FilesOutcome,
  Photo,
  PhotoFailure,
  PhotoFile,
} from '../../domain/activity/photo-files.ts';
import {
  maxHostFailures,
  photoIdOf,
  photoPauseMs,
  withoutQuery,
  settleFiles,
} from '../../domain/activity/photo-files.ts';
import { OutputFailedError } from '../../errors.ts';
import {
  MalformedResponseError,
  NotFoundError,
  ResponseTooLargeError,
  StravaRequestError,
} from '../../strava-errors.ts';
import type { AthleteSyncState } from '../athletes/athlete-sync-state.ts';
import type { DueFiles, FilesState, FoundFile, PhotoPorts } from '../ports/photos.ts';

export interface ActivityPhotosDeps {
  readonly photos: PhotoPorts;
  readonly nowMs: () => number;
  readonly random: () => number;
}

export interface FetchedPhotos {
  readonly stored: number;
  /** A failure that another try may resolve, if there was one. */
  readonly transient?: Error;
}

/** One try. */
interface Try {
  readonly deps: ActivityPhotosDeps;
  readonly athlete: AthleteSyncState;
  readonly due: DueFiles;
  readonly signal: AbortSignal;
  readonly files: PhotoFile[];
  /** The names of the files that stay. */
  readonly names: string[];
  readonly failures: Map<PhotoFailure, StravaRequestError>;
  stored: number;
  /** How many photos failed transiently. */
  misses: number;
}

/**
 * Where it is stopped, nothing is stored, and the files that came are found at the next try.
 * @throws OutputFailedError for the folder, which then is no failure of the photos, and LeaseLostError.
 */
export async function fetchActivityPhotos(
  deps: ActivityPhotosDeps,
  athlete: AthleteSyncState,
  due: DueFiles,
  stop: AbortSignal,
): Promise<FetchedPhotos> {
  const signal = AbortSignal.any([stop, athlete.lease.signal]);
  const results = { files: [], names: [], failures: new Map(), stored: 0, misses: 0 };
  const one: Try = { deps, athlete, due, signal, ...results };
  const state = await makeFiles(one);
  if (state !== undefined) await store(one, one.files, state);
  // The request for the addresses is due.
  if (state?.kind === 'askAgain') athlete.tasks = undefined;
  const transient = signal.aborted ? undefined : one.failures.get('transient');
  return { stored: one.stored, ...(transient && { transient }) };
}

/** Undefined where it was stopped. */
async function makeFiles(one: Try): Promise<FilesState | undefined> {
  const { deps, athlete, due, failures } = one;
  const { athleteId, lease } = athlete;
  const { folder } = deps.photos;
  try {
    const found = await folder.list(athleteId, due.activityId);
    for (const photo of due.photos) {
      if (isStopped(one)) return undefined;
      await makeFile(one, photo, found);
    }
    if (isStopped(one)) return undefined;
    await lease.assertHeld();
    await folder.keepOnly(athleteId, due.activityId, one.names);
  } catch (error) {
    if (error instanceof OutputFailedError) await postpone(one, error);
    throw error;
  }
  const outcome = settleFiles({
    failures: new Set(failures.keys()),
    triesBefore: due.tries,
    addressesAt: due.isListOpen ? undefined : due.addressesAt,
    nowMs: deps.nowMs(),
    random: deps.random(),
  });
  return stateOf(outcome, failures);
}

function isStopped({ signal, athlete }: Try): boolean {
  return signal.aborted || athlete.isReleasing;
}

/** A file stays where it came from the same place, and where nothing takes its place. */
async function makeFile(one: Try, photo: Photo, found: readonly FoundFile[]): Promise<void> {
  const { deps, athlete, due, signal } = one;
  const { folder, fetch } = deps.photos;
  const file = found.find(({ name }) => photoIdOf(name) === photo.id);
  const recorded = due.files.find(({ id }) => id === photo.id);
  // One that is not recorded was saved right before a kill.
  const isCurrent = recorded === undefined || recorded.address === withoutQuery(photo.address);
  const isHostDown = one.misses >= maxHostFailures;
  if (file !== undefined && (isCurrent || isHostDown)) keep(one, photo, file, recorded);
  if (isHostDown || (file !== undefined && isCurrent)) return;
  try {
    const fetched = await fetch(photo, signal);
    await athlete.lease.assertHeld();
    const path = await folder.save(athlete.athleteId, due.activityId, fetched);
    keep(one, photo, { name: fetched.name, path, bytes: fetched.content.byteLength });
    one.stored += 1;
  } catch (error) {
    if (!(error instanceof StravaRequestError)) throw error;
    const failure = failureOf(error);
    one.failures.set(failure, error);
    if (failure === 'transient') one.misses += 1;
    if (file !== undefined) keep(one, photo, file, recorded);
  }
}

function keep(
  { deps, files, names }: Try,
  { id, address }: Photo,
  { name, path, bytes }: FoundFile,
  recorded?: PhotoFile,
): void {
  const origin = recorded ?? { address: withoutQuery(address), fetchedAt: new Date(deps.nowMs()) };
  names.push(name);
  files.push({ id, path, bytes, address: origin.address, fetchedAt: origin.fetchedAt });
}

function failureOf(error: StravaRequestError): PhotoFailure {
  if (error instanceof NotFoundError) return 'gone';
  const isUnusable =
    error instanceof MalformedResponseError || error instanceof ResponseTooLargeError;
  return isUnusable ? 'unusable' : 'transient';
}

function stateOf(outcome: FilesOutcome, failures: Try['failures']): FilesState {
  const messageOf = (failure: PhotoFailure): string => failures.get(failure)?.message ?? '';
  if (outcome.kind === 'gone') return { kind: 'gone', reason: messageOf('gone') };
  if (outcome.kind !== 'retry') return outcome;
  return { ...outcome, error: messageOf(failures.has('transient') ? 'transient' : 'unusable') };
}

/** The folder's failure is no try of the photos: what is recorded stays, and says why more is missing. */
async function postpone(one: Try, { message: error }: OutputFailedError): Promise<void> {
  const { due, deps } = one;
  const nextTryAt = new Date(deps.nowMs() + photoPauseMs);
  const retry = { tries: due.tries, isParked: false, nextTryAt };
  await store(one, due.files, { kind: 'retry', retry, error });
}

async function store(
  { deps, athlete, due }: Try,
  files: readonly PhotoFile[],
  state: FilesState,
): Promise<void> {
  const { athleteId, lease } = athlete;
  const write = { athleteId, epoch: lease.epoch, at: new Date(deps.nowMs()) };
  await deps.photos.store.store(write, due, { files, state });
}
