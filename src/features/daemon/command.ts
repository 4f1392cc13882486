/**
 * `start`: the daemon.
 */
import { requireClient } from '../../config/client.ts';
import { runDaemon } from './daemon.ts';
import type { Heartbeat } from './heartbeat.ts';
import { createHeartbeat } from './heartbeat.ts';
import type { Timetable } from '../shared/schedule.ts';
import { tickIntervalMs } from '../shared/schedule.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import type { Database, Strava } from '../../main.ts';
import { openDatabase, openStrava } from '../../main.ts';
import type { JobTiming } from '../../open-job.ts';
import { openJob } from '../../open-job.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { createMetrics } from '../monitoring/metrics.ts';
import { otherLogins } from '../../mongo/tokens/other-applications.ts';
import type { RunReason } from '../../mongo/history/runs.ts';
import type { Program } from '../../program.ts';
import { programVersion } from '../../version.ts';
import type { Job } from '../../sync/job.ts';
import type { Deauthorizations } from './deauthorization.ts';
import { createDeauthorizations } from './deauthorization.ts';
import { createEventEmitter } from '../webhooks/event-emitter.ts';
import type { Endpoints } from './endpoints.ts';
import { openEndpoints } from './endpoints.ts';
import type { Notifier } from '../notifications/notifier.ts';
import { createNotifier } from '../notifications/notifier.ts';
import { describeNoAthlete, logOthers } from '../shared/other-applications.ts';
import { openProgress } from '../shared/progress/sync-progress.ts';
import { createPresence } from './presence.ts';
import type { RunLog } from './run-log.ts';
import { createRunLog } from './run-log.ts';
import { recordRun } from '../shared/run-record.ts';
import { readWebhookIntervalMs } from '../shared/poll-plan.ts';
import { readBacklogPlan, scopeOf } from '../shared/sync-run.ts';

export async function start(program: Program): Promise<ExitCode> {
  const { config, clock } = program;
  program.log.info(`Domestique ${programVersion()} starts.`);
  requireClient(config);
  const { requestTimeoutMs } = config.strava;
  const heartbeat = createHeartbeat({ clock, requestTimeoutMs });
  const metrics = createMetrics(clock);
  const endpoints = await openEndpoints(program, heartbeat, metrics);
  try {
    return await work(program, endpoints, { heartbeat, metrics });
  } finally {
    await endpoints.close();
  }
}

/** Observers of the daemon. */
interface Observers {
  readonly heartbeat: Heartbeat;
  readonly metrics: Metrics;
}

async function work(
  program: Program,
  endpoints: Endpoints,
  { heartbeat, metrics }: Observers,
): Promise<ExitCode> {
  const { config, log, clock, signal } = program;
  const onTry = (): void => {
    heartbeat.turned();
    metrics.mongoTried();
  };
  const database = await openDatabase(program, Number.POSITIVE_INFINITY, onTry);
  try {
    const strava = await openStrava(program, database, metrics.exchanged);
    const webhook = { intervalMs: 0 };
    const timing = timingOf(config.sync, webhook);
    const plain = openJob(program, { database, strava }, timing);
    const job = metrics.observe(plain, () => strava.quota.nowMs());
    log.info(`Domestique is running; the database is ${database.address}.`);
    const emitter = createEventEmitter();
    const parts = { program, database, strava };
    const deauthorizations = createDeauthorizations(parts);
    const notifications = createNotifier(parts);
    const runLog = createRunLog(program);
    const presence = createPresence(program, database.store, {
      clientId: strava.clientId,
      page: endpoints.pageUrl,
    });
    const observers = { deauthorizations, notifications, heartbeat, runLog };
    const session = { ...parts, job, webhook, ...observers };
    await prepare(session);
    await logOthers(program, database);
    const pendingEvents = { onEvent: emitter.emit, onDeauthorization: deauthorizations.settle };
    endpoints.connect({ database, strava }, pendingEvents);
    await runDaemon({
      timetable: config.sync,
      clock,
      log,
      signal,
      lastPollAt: await lastPollAt(database),
      prepare: () => prepare(session),
      poll: () => job.poll(),
      notify: () => job.notify(),
      freeDead: () => database.leases.freeDead(strava.clientId),
      leaseDurationMs: config.lease.durationMs,
      onEvent: emitter.onEvent,
      hasPendingEvents: await hasPendingEvents(session),
      heartbeat,
      onWatch: () => {
        presence.renewIfDue();
        runLog.summarizeIfDue();
      },
      run: (reason) => runOnce(session, reason).finally(notifications.poll),
    }).finally(() => endpoints.close());
    await Promise.all([deauthorizations.settled(), notifications.settled(), presence.end()]);
    log.info('Domestique has stopped.');
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

function timingOf(timetable: Timetable, webhook: Session['webhook']): JobTiming {
  return {
    deadlineMs: Number.POSITIVE_INFINITY,
    tickIntervalMs: tickIntervalMs(timetable),
    webhookIntervalMs: () => webhook.intervalMs,
  };
}

/** After a restart the next tick is early enough, unless the last run was cut off in the middle of its work. */
async function lastPollAt({ runs, athletes }: Database): Promise<Date | undefined> {
  const last = await runs.last();
  const isCutOff = last !== undefined && last.outcome !== 'done';
  return isCutOff ? undefined : athletes.allPolledAt();
}

interface Session {
  readonly program: Program;
  readonly database: Database;
  readonly strava: Strava;
  readonly job: Job;
  /** The minimum between two polls while a subscription reports uploads, as last read; else 0. */
  readonly webhook: { intervalMs: number };
  readonly deauthorizations: Deauthorizations;
  readonly notifications: Notifier;
  readonly heartbeat: Heartbeat;
  readonly runLog: RunLog;
}

/** What may have changed since the last tick while a run goes on for days. */
async function prepare(session: Session): Promise<void> {
  const { program, database, strava, webhook, deauthorizations, notifications } = session;
  deauthorizations.settle();
  webhook.intervalMs = await readWebhookIntervalMs(program, database.store, strava.clientId);
  notifications.poll();
  // Last, because it can fail.
  await database.prepare();
}

async function hasPendingEvents({ database, strava }: Session): Promise<boolean> {
  for (const athleteId of await database.athletes.athleteIds()) {
    if ((await strava.events.nextDueAt(athleteId)) !== undefined) return true;
  }
  return false;
}

async function runOnce(session: Session, reason: RunReason): Promise<void> {
  const { program, database, strava, job, heartbeat, runLog } = session;
  const athleteIds = await database.athletes.athleteIds();
  if (athleteIds.length === 0) {
    const { store, application } = database;
    runLog.idle(describeNoAthlete(application, await otherLogins(store, application)));
    return;
  }
  const isTakeover = reason === 'takeover';
  const scope = scopeOf(program, undefined);
  const plan = await readBacklogPlan(session);
  const shown = { program, database, strava, athleteIds, scope, plan, isAwaited: false };
  const progress = await openProgress(shown);
  const result = await recordRun(program, database, { reason, command: 'start' }, () =>
    job
      .run({
        athleteIds: () => database.athletes.athleteIds(),
        scopeOf: () => scopeOf(program, undefined),
        failOnQuota: false,
        isPollWanted: false,
        isTick: reason !== 'webhook',
        sharing: {
          group: strava.clientId,
          recentPollMs: tickIntervalMs(program.config.sync) / 2,
          isTakeover,
        },
        signal: program.signal,
        reporter: runLog.observe(progress),
        onIteration: heartbeat.turned,
      })
      .finally(() => {
        progress.end();
      }),
  ).catch((error: unknown) => {
    runLog.failed(error);
    throw error;
  });
  runLog.ended(result);
}
