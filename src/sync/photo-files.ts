/**
 * Fetches the photos' files beside a run's requests, one after the other: they cost nothing of the quota,
 * and nothing waits for them but the run's end. What goes wrong with them concerns no other data.
 */
import type { Logger } from 'pino';
import { maxHostFailures, photoPauseMs } from '../domain/activity/photo-files.ts';
import { LeaseLostError, OutputFailedError } from '../errors.ts';
import type { AthleteSyncState } from './athletes/athlete-sync-state.ts';
import type { PhotoPorts } from './ports/photos.ts';
import type { ActivityPhotosDeps } from './tasks/activity-photos.ts';
import { fetchActivityPhotos } from './tasks/activity-photos.ts';

export interface PhotoFilesDeps extends Omit<ActivityPhotosDeps, 'photos'> {
  /** Absent where the files are not wanted. */
  readonly photos?: PhotoPorts;
  readonly log: Logger;
}

export interface PhotoFilesOptions {
  /** Whose lease the run has; it changes while the run lasts. */
  readonly athletes: readonly AthleteSyncState[];
  /** Ends the run. */
  readonly stop: AbortSignal;
  /** Called when nothing is fetched any more. */
  readonly onIdle: () => void;
  /** For what concerns the whole run. */
  readonly broke: (error: unknown) => void;
}

export interface PhotoFiles {
  /** Begins with what is due, unless it is under way already. */
  readonly start: () => void;
  readonly isBusy: () => boolean;
  /** Ends the fetching, in the middle of a file too. */
  readonly end: () => Promise<void>;
}

/** The key of an athlete's photos while they are fetched: the lease stays until then. */
const inFlightKey = 'photoFiles';

interface Fetching {
  readonly deps: ActivityPhotosDeps & Pick<PhotoFilesDeps, 'log'>;
  readonly stop: AbortSignal;
  /** Activities in a row whose photos failed transiently. */
  hostFailures: number;
  stored: number;
}

export function createPhotoFiles(deps: PhotoFilesDeps, options: PhotoFilesOptions): PhotoFiles {
  const { athletes, onIdle, broke } = options;
  const { photos, nowMs, log } = deps;
  const ended = new AbortController();
  const stop = AbortSignal.any([options.stop, ended.signal]);
  let running: Promise<void> | undefined;
  let pausedUntilMs = 0;

  const pause = (reason: string): void => {
    pausedUntilMs = nowMs() + photoPauseMs;
    log.warn(reason);
  };
  const run = async (ports: PhotoPorts): Promise<void> => {
    const fetching = { deps: { ...deps, photos: ports }, stop, hostFailures: 0, stored: 0 };
    try {
      for (;;) {
        const athlete = stop.aborted ? undefined : athletes.find(mayFetch);
        if (athlete === undefined) break;
        const problem = await fetchAthlete(fetching, athlete);
        if (problem === undefined) continue;
        pause(problem);
        break;
      }
    } catch (error) {
      broke(error);
    } finally {
      if (fetching.stored > 0) log.info({ photos: fetching.stored }, "Stored photos' files.");
      running = undefined;
      onIdle();
    }
  };
  return {
    start: () => {
      if (photos === undefined || running !== undefined || stop.aborted) return;
      if (nowMs() < pausedUntilMs || !athletes.some(mayFetch)) return;
      running = run(photos);
    },
    isBusy: () => running !== undefined,
    end: async () => {
      ended.abort();
      await running;
    },
  };
}

function mayFetch({ arePhotosDue, stoppedBy, isReleasing, scope }: AthleteSyncState): boolean {
  const isWhole = scope.kind === 'default' || scope.kind === 'backfill';
  return arePhotosDue && stoppedBy === undefined && !isReleasing && isWhole;
}

/** Some of the athlete's activities. Returns why no photo of anybody is fetched for a while, if it is so. */
async function fetchAthlete(
  fetching: Fetching,
  athlete: AthleteSyncState,
): Promise<string | undefined> {
  const { deps, stop } = fetching;
  athlete.arePhotosDue = false;
  athlete.inFlight.add(inFlightKey);
  try {
    const due = await deps.photos.store.due(athlete.athleteId, new Date(deps.nowMs()));
    for (const one of due) {
      if (stop.aborted || athlete.lease.signal.aborted || athlete.isReleasing) return undefined;
      const { stored, transient } = await fetchActivityPhotos(deps, athlete, one, stop);
      fetching.stored += stored;
      fetching.hostFailures = transient === undefined ? 0 : fetching.hostFailures + 1;
      if (transient !== undefined && fetching.hostFailures >= maxHostFailures)
        return `${transient.message} Photos are fetched later; all else goes on.`;
    }
    // There may be more.
    if (due.length > 0) athlete.arePhotosDue = true;
    return undefined;
  } catch (error) {
    if (error instanceof OutputFailedError) return error.message;
    if (!(error instanceof LeaseLostError)) throw error;
    deps.log.warn({ athlete: athlete.athleteId, code: error.code }, error.message);
    athlete.stoppedBy ??= error;
    return undefined;
  } finally {
    athlete.inFlight.delete(inFlightKey);
  }
}
