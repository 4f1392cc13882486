/**
 * The daemon: a tick of the schedule requests a poll of the lists, and the job does the rest. One run
 * at a time; a run that fails is logged with its cause, and the next tick tries again.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import { DomestiqueError } from '../../errors.ts';
import type { Freed } from '../../sync/ports/leases.ts';
import type { RunReason } from '../../mongo/history/runs.ts';
import type { Heartbeat } from './heartbeat.ts';
import { createTakeover } from './takeover.ts';
import type { Timetable } from '../shared/schedule.ts';
import { isOverdue, startSchedule } from '../shared/schedule.ts';

export interface DaemonOptions {
  readonly timetable: Timetable;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** When the lists of all athletes were last polled, according to the database. */
  readonly lastPollAt: Date | undefined;
  /** One run; failures are thrown. */
  readonly run: (reason: RunReason) => Promise<void>;
  /** What a tick needs to know before it is acted on; failures are thrown, and the tick goes on. */
  readonly prepare: () => Promise<void>;
  /** Makes the current run poll the lists again; false if no run is active. */
  readonly poll: () => boolean;
  /** Removes dead workers that shared this application's athletes. */
  readonly freeDead: () => Promise<Freed>;
  /** How often to look for them while no run is active; each run looks by itself. */
  readonly leaseDurationMs: number;
  /** Notifies the current run of a webhook event; false if no run is active. */
  readonly notify: () => boolean;
  /** Calls back on each webhook event. */
  readonly onEvent: (listener: () => void) => void;
  /** Whether a webhook event is pending that no run has seen yet. */
  readonly hasPendingEvents: boolean;
  /** Notified of each iteration and of each run. */
  readonly heartbeat: Pick<Heartbeat, 'watched' | 'runBegan' | 'runEnded'>;
  /** Called at least once a minute, whether or not a run is active. */
  readonly onWatch: () => void;
}

const watchMs = 60_000;

/**
 * Runs until the signal is aborted and what was under way has ended.
 * @throws what is no DomestiqueError: a bug ends the process.
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { timetable, clock, log, signal, lastPollAt } = options;
  const broken = new AbortController();
  const ended = AbortSignal.any([signal, broken.signal]);
  const onBroken = (error: unknown): void => {
    broken.abort(error);
  };
  const runs = createRuns(options, ended, onBroken);
  let ticking: Promise<void> | undefined;
  let lastTickMs = clock.nowMs();

  /** One that comes while another is being prepared, as while MongoDB is away, is the same tick. */
  const tick = (): void => {
    lastTickMs = clock.nowMs();
    ticking ??= logged(options, 'The tick could not be prepared', options.prepare)
      .then(() => {
        runs.offer('schedule', options.poll);
      })
      .catch(onBroken)
      .finally(() => {
        ticking = undefined;
      });
  };

  const takeover = createTakeover({
    ...options,
    isBusy: runs.isActive,
    onDeath: () => {
      log.warn('Another process died while it held athletes; taking over.');
      runs.offer('takeover', () => true);
    },
    attempt: (look) =>
      logged(options, 'Dead processes could not be looked for', look).catch(onBroken),
  });

  const isMissed =
    lastPollAt === undefined || isOverdue(timetable, lastPollAt.getTime(), lastTickMs);
  if (isMissed) runs.start('start');
  else if (options.hasPendingEvents) runs.start('webhook');
  options.onEvent(() => {
    runs.offer('webhook', options.notify);
  });
  const schedule = startSchedule(timetable, tick);
  const isEnded = (): boolean => ended.aborted;
  while (!isEnded()) {
    options.heartbeat.watched();
    options.onWatch();
    const waitMs = Math.min(watchMs, takeover.waitMs());
    await clock.sleep(waitMs, AbortSignal.any([ended, takeover.changed()]));
    if (!isEnded()) takeover.lookIfDue();
    // A time of the schedule older than the watch interval was dropped: a minute is left to node-cron.
    const isDropped = isOverdue(timetable, lastTickMs, clock.nowMs() - watchMs);
    if (isDropped && !isEnded()) {
      log.info('A tick of the schedule was missed; catching up.');
      tick();
    }
  }
  schedule.stop();
  await ticking;
  await takeover.settled();
  await runs.settled();
  broken.signal.throwIfAborted();
}

interface Runs {
  readonly isActive: () => boolean;
  readonly start: (reason: RunReason) => void;
  /** Starts a run, or lets the one under way take what it is for; else another follows. */
  readonly offer: (reason: RunReason, isTaken: () => boolean) => void;
  readonly settled: () => Promise<void>;
}

/** One run at a time. */
function createRuns(
  options: DaemonOptions,
  ended: AbortSignal,
  onBroken: (error: unknown) => void,
): Runs {
  let running: Promise<void> | undefined;
  let left: RunReason | undefined;
  const start = (reason: RunReason): void => {
    left = undefined;
    options.heartbeat.runBegan();
    running = logged(options, 'The run failed', () => options.run(reason))
      .catch(onBroken)
      .finally(() => {
        running = undefined;
        options.heartbeat.runEnded();
        if (left !== undefined && !ended.aborted) start(left);
      });
  };
  return {
    isActive: () => running !== undefined,
    start,
    offer: (reason, isTaken) => {
      if (ended.aborted) return;
      if (running === undefined) start(reason);
      // A tick polls the lists and also takes pending events.
      else if (!isTaken()) left = reason === 'schedule' ? reason : (left ?? reason);
    },
    settled: async () => {
      await running;
    },
  };
}

async function logged(
  { log, signal }: DaemonOptions,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DomestiqueError)) throw error;
    if (signal.aborted) return;
    log.error({ code: error.code, cause: causeOf(error) }, `${what}: ${error.message}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}

function causeOf(error: unknown): string | undefined {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : undefined;
}
