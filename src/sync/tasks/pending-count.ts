/**
 * How many activities of an athlete still lack their streams. Those in flight count by themselves, because
 * the database may have stored them before the run knows it.
 */
import type { FetchTask } from '../../domain/sync/fetch-task.ts';
import type { AthleteSyncState } from '../athletes/athlete-sync-state.ts';
import { ranges } from '../athletes/athlete-sync-state.ts';
import type { ActivityStore } from '../ports/activities.ts';

/** Those in flight included; 0 until they are counted. */
export function pendingCountOf(athlete: AthleteSyncState): number {
  return (athlete.waitingStreams ?? 0) + streamsInFlight(athlete).length;
}

/** Counts them in the database. What is sent or fails meanwhile is taken into account. */
export async function recountPending(
  { activities }: { readonly activities: Pick<ActivityStore, 'countPending'> },
  athlete: AthleteSyncState,
  nowMs: number,
): Promise<void> {
  const range = ranges(athlete, nowMs).at(-1);
  const { athleteId, waitingChange } = athlete;
  const except = streamsInFlight(athlete);
  const counted = range ? await activities.countPending(athleteId, range, except) : 0;
  athlete.waitingStreams = Math.max(0, counted + athlete.waitingChange - waitingChange);
}

/** A request for streams leaves (-1), or has failed and waits again (1). */
export function changeWaiting(athlete: AthleteSyncState, task: FetchTask, by: 1 | -1): void {
  if (task.kind !== 'streams') return;
  athlete.waitingChange += by;
  if (athlete.waitingStreams !== undefined)
    athlete.waitingStreams = Math.max(0, athlete.waitingStreams + by);
}

function streamsInFlight({ inFlight }: AthleteSyncState): readonly number[] {
  return [...inFlight].flatMap((key) =>
    key.startsWith('streams:') ? [Number(key.slice('streams:'.length))] : [],
  );
}
