/**
 * The requests that a run has under way: launches them, and lets the run wait for the next to land.
 * How they ended is judged elsewhere.
 */
import type { Clock } from '../clock.ts';
import type { Work } from '../domain/sync/plan.ts';
import { taskKey } from '../domain/sync/fetch-task.ts';
import type { Reserve } from '../domain/rate-limit/quota.ts';
import type { AthleteSyncState } from './athlete-sync-state.ts';
import { recountPending } from './athlete-leases.ts';
import type { RequestInFlight, Outcomes } from './outcomes.ts';
import type { PendingStreams, RequestOptions } from './ports/ports.ts';
import { withoutTask } from './task-refresh.ts';
import { fetchTask } from './tasks.ts';
import type { RequestDeps } from './pages.ts';
import { fetchNextPage, fetchStreams, pollNewestPage } from './pages.ts';

export interface Dispatcher {
  readonly launch: (work: AthleteSyncState, chosen: Work, reserve: Reserve) => void;
  readonly count: () => number;
  /** Ends the current wait. */
  readonly wake: () => void;
  /** Waits for a flight to land, `wake`, the run's end, or what `sleep` waits for. */
  readonly wakeOr: (sleep: (signal: AbortSignal) => Promise<void>) => Promise<void>;
  /** Resolves when nothing is in flight any more. */
  readonly settled: () => Promise<void>;
}

export interface DispatcherOptions {
  readonly deps: RequestDeps & { readonly clock: Clock };
  readonly outcomes: Outcomes;
  /** Ends the run. */
  readonly stop: AbortSignal;
  readonly onLanded: () => void;
}

/** After a stop, requests under way get this long to finish. */
const graceMs = 5_000;

export function createDispatcher({
  deps,
  outcomes,
  stop,
  onLanded,
}: DispatcherOptions): Dispatcher {
  const flying = new Set<Promise<void>>();
  const abandon = new AbortController();
  const ended = new AbortController();
  let waking = new AbortController();

  const wake = (): void => {
    waking.abort();
  };
  const abandonLater = async (): Promise<void> => {
    wake();
    await deps.clock.sleep(graceMs, ended.signal);
    abandon.abort();
  };
  const onStop = (): void => {
    void abandonLater();
  };
  stop.addEventListener('abort', onStop, { once: true });

  const fly = async (inFlight: RequestInFlight, options: RequestOptions): Promise<void> => {
    try {
      await perform(deps, outcomes, inFlight, options);
    } catch (error) {
      await outcomes.failed(inFlight, error).catch(outcomes.broke);
    } finally {
      settle(inFlight);
      wake();
      onLanded();
    }
  };

  return {
    launch: (work, chosen, reserve) => {
      const inFlight = send(work, chosen);
      const under = fly(inFlight, { reserve, signal: abandon.signal }).finally(() => {
        flying.delete(under);
      });
      flying.add(under);
    },
    count: () => flying.size,
    wake,
    wakeOr: async (sleep) => {
      const { signal } = waking;
      if (!signal.aborted) await sleep(signal);
      if (signal.aborted) waking = new AbortController();
    },
    settled: async () => {
      while (flying.size > 0) await Promise.all(flying);
      stop.removeEventListener('abort', onStop);
      ended.abort();
    },
  };
}

async function perform(
  deps: RequestDeps,
  outcomes: Outcomes,
  inFlight: RequestInFlight,
  options: RequestOptions,
): Promise<void> {
  const { work, chosen, pending } = inFlight;
  if (chosen.kind === 'streams') {
    if (pending === undefined) return;
    outcomes.streamsSettled(inFlight, await fetchStreams(deps, work, pending, options));
    return;
  }
  if (chosen.kind === 'read') {
    outcomes.readSettled(inFlight, await fetchTask(deps, work, chosen.read, options));
    return;
  }
  const page =
    chosen.kind === 'poll'
      ? await pollNewestPage(deps, work, options)
      : await fetchNextPage(deps, work, chosen.step, options);
  outcomes.pageStored(inFlight, page);
  await recountPending(deps, work, deps.nowMs());
}

/** Takes the work out of the picture, so that it is not chosen twice. */
function send(work: AthleteSyncState, chosen: Work): RequestInFlight {
  work.served += 1;
  if (chosen.kind === 'read') {
    const key = taskKey(chosen.read);
    work.reads = withoutTask(work.reads, key);
    work.tasksInFlight.add(key);
    return { work, chosen, pending: undefined };
  }
  if (chosen.kind !== 'streams') {
    work.isListInFlight = true;
    return { work, chosen, pending: undefined };
  }
  const { activityId } = chosen;
  const isChosen = (due: PendingStreams): boolean => due.activityId === activityId;
  const pending = work.due?.find(isChosen);
  const left = work.due?.filter((due) => !isChosen(due)) ?? [];
  work.due = left.length > 0 ? left : undefined;
  work.streamsInFlight.add(activityId);
  return { work, chosen, pending };
}

function settle({ work, chosen }: RequestInFlight): void {
  if (chosen.kind === 'streams') work.streamsInFlight.delete(chosen.activityId);
  else if (chosen.kind === 'read') {
    work.tasksInFlight.delete(taskKey(chosen.read));
    // The streams of an activity are not due while it is read by itself.
    if (chosen.read.kind === 'activity' && work.due?.length === 0) work.due = undefined;
  } else work.isListInFlight = false;
}
