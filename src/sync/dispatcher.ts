/**
 * The requests that a run has in flight: sends them, and lets the run wait for the next one to settle.
 * What follows from how they end is decided elsewhere.
 */
import type { Clock } from '../clock.ts';
import type { Reserve } from '../domain/rate-limit/quota.ts';
import { changeWaiting, recountPending } from './tasks/pending-count.ts';
import type { RequestInFlight } from './failing-requests.ts';
import type { Outcomes } from './outcomes.ts';
import { keyOf } from './outcomes.ts';
import type { PageDeps } from './pages.ts';
import { fetchNextPage, pollNewestPage } from './pages.ts';
import type { RequestOptions } from './ports/source.ts';
import { takeTask } from './tasks/task-refresh.ts';
import type { TaskDeps } from './tasks/task-outcome.ts';
import { fetchTask } from './tasks/run-task.ts';

export interface Dispatcher {
  readonly send: (inFlight: RequestInFlight, reserve: Reserve) => void;
  readonly count: () => number;
  /** How long at least one was in flight, in milliseconds. */
  readonly busyMs: () => number;
  /** Ends the current wait. */
  readonly wake: () => void;
  /** Waits for a request to settle, `wake`, the run's end, or what `sleep` waits for. */
  readonly wakeOr: (sleep: (signal: AbortSignal) => Promise<void>) => Promise<void>;
  /** Resolves when nothing is in flight any more. */
  readonly settled: () => Promise<void>;
}

export interface DispatcherOptions {
  readonly deps: PageDeps & TaskDeps & { readonly clock: Clock };
  readonly outcomes: Outcomes;
  /** Ends the run. */
  readonly stop: AbortSignal;
  readonly onSettled: () => void;
}

/** After a stop, requests in flight get this long to finish. */
const graceMs = 5_000;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { deps, outcomes, stop, onSettled } = options;
  const pending = new Set<Promise<void>>();
  const abandon = new AbortController();
  const ended = new AbortController();
  let waking = new AbortController();
  let busyMs = 0;
  let busySinceMs = 0;
  const passedMs = (): number => (pending.size > 0 ? deps.clock.monotonicMs() - busySinceMs : 0);

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

  const run = async (inFlight: RequestInFlight, reserve: Reserve): Promise<void> => {
    try {
      await perform(options, inFlight, { reserve, signal: abandon.signal });
    } catch (error) {
      // First, so that no reading of the due tasks leaves it out any more.
      giveBack(inFlight);
      await outcomes.failed(inFlight, error).catch(outcomes.broke);
    } finally {
      inFlight.athlete.inFlight.delete(keyOf(inFlight.work));
      wake();
      onSettled();
    }
  };

  return {
    send: (inFlight, reserve) => {
      take(inFlight);
      if (pending.size === 0) busySinceMs = deps.clock.monotonicMs();
      const request = run(inFlight, reserve).finally(() => {
        if (pending.size === 1) busyMs += passedMs();
        pending.delete(request);
      });
      pending.add(request);
    },
    count: () => pending.size,
    busyMs: () => busyMs + passedMs(),
    wake,
    wakeOr: async (sleep) => {
      const { signal } = waking;
      if (!signal.aborted) await sleep(signal);
      if (signal.aborted) waking = new AbortController();
    },
    settled: async () => {
      while (pending.size > 0) await Promise.all(pending);
      stop.removeEventListener('abort', onStop);
      ended.abort();
    },
  };
}

/** Takes the work out of the athlete's state, so that it is not chosen twice. */
function take({ athlete, work }: RequestInFlight): void {
  athlete.served += 1;
  athlete.inFlight.add(keyOf(work));
  if (work.kind !== 'task') return;
  takeTask(athlete, work.task);
  changeWaiting(athlete, work.task, -1);
}

function giveBack({ athlete, work }: RequestInFlight): void {
  athlete.inFlight.delete(keyOf(work));
  if (work.kind === 'task') changeWaiting(athlete, work.task, 1);
}

async function perform(
  { deps, outcomes }: DispatcherOptions,
  { athlete, work }: RequestInFlight,
  options: RequestOptions,
): Promise<void> {
  if (work.kind === 'task') {
    outcomes.taskSettled(athlete, work.task, await fetchTask(deps, athlete, work.task, options));
    return;
  }
  const page =
    work.kind === 'poll'
      ? await pollNewestPage(deps, athlete, options)
      : await fetchNextPage(deps, athlete, work.step, options);
  outcomes.pageStored(athlete, page);
  await recountPending(deps, athlete, deps.nowMs());
}
