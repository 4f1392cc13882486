/**
 * `start`: the daemon.
 */
import { requireClient } from '../../config/client.ts';
import { runDaemon } from './daemon.ts';
import type { Heartbeat } from './heartbeat.ts';
import { createHeartbeat } from './heartbeat.ts';
import { nextTickAt, tickIntervalMs } from '../shared/schedule.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import type { Database, Strava } from '../../main.ts';
import { openDatabase, openJob, openStrava } from '../../main.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { createMetrics } from '../monitoring/metrics.ts';
import type { RunReason } from '../../mongo/history/runs.ts';
import { createSubscriptionStore } from '../webhooks/subscription-store.ts';
import type { Program } from '../../program.ts';
import type { Job, RunResult } from '../../sync/job.ts';
import type { Deauthorizations } from './deauthorization.ts';
import { createDeauthorizations } from './deauthorization.ts';
import type { LookPolicy } from '../webhooks/poll-policy.ts';
import { createBell, createLookPolicy } from '../webhooks/poll-policy.ts';
import type { Endpoints } from './endpoints.ts';
import { openEndpoints } from './endpoints.ts';
import type { Notices } from '../notifications/notifier.ts';
import { createNotices } from '../notifications/notifier.ts';
import { createProgress, progressOptionsOf } from '../shared/progress.ts';
import { recordRun } from '../shared/run-record.ts';
import { scopeOf } from '../shared/sync-run.ts';
import { instant } from '../shared/text-format.ts';

export async function start(program: Program): Promise<ExitCode> {
  const { config, clock } = program;
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

/** Who watches what the daemon does. */
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
    const timing = {
      patienceMs: Number.POSITIVE_INFINITY,
      tickIntervalMs: tickIntervalMs(config.sync),
    };
    const plain = openJob(program, { database, strava }, timing);
    const job = metrics.observe(plain, () => strava.quota.nowMs());
    log.info(`Domestique is running; the database is ${database.address}.`);
    const bell = createBell();
    const policy = createPolicy(program, database, strava);
    const deauthorizations = createDeauthorizations({ program, database, strava });
    const notices = createNotices({ program, database, strava, policy });
    const session = {
      program,
      database,
      strava,
      job,
      policy,
      deauthorizations,
      notices,
      heartbeat,
    };
    await prepare(session);
    const hints = { onHint: bell.ring, onDeauthorization: deauthorizations.settle };
    endpoints.connect({ database, strava }, hints);
    await runDaemon({
      timetable: config.sync,
      clock,
      log,
      signal,
      lastLookAt: await lastLookAt(database),
      prepare: () => prepare(session),
      look: () => lookAgain(session),
      hint: () => job.hint(),
      onHint: bell.onRing,
      isHinted: await isHinted(session),
      heartbeat,
      run: (reason) => runOnce(session, reason).finally(notices.look),
    }).finally(() => endpoints.close());
    await Promise.all([deauthorizations.settled(), notices.settled()]);
    log.info('Domestique has stopped.');
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

/** After a restart the next tick is early enough, unless the last run was cut off in the middle of its work. */
async function lastLookAt({ runs, athletes }: Database): Promise<Date | undefined> {
  const last = await runs.last();
  const isCutOff = last !== undefined && last.outcome !== 'done';
  return isCutOff ? undefined : athletes.allLookedAt();
}

interface Session {
  readonly program: Program;
  readonly database: Database;
  readonly strava: Strava;
  readonly job: Job;
  readonly policy: LookPolicy;
  readonly deauthorizations: Deauthorizations;
  readonly notices: Notices;
  readonly heartbeat: Heartbeat;
}

/** What may have changed since the last tick while a run goes on for days. */
async function prepare({ policy, deauthorizations, notices }: Session): Promise<void> {
  deauthorizations.settle();
  await policy.refresh();
  notices.look();
}

function createPolicy(
  { clock, config }: Program,
  { mongo }: Database,
  { clientId }: Strava,
): LookPolicy {
  const subscription = createSubscriptionStore(mongo, clientId);
  return createLookPolicy({
    clock,
    intervalMs: config.webhook.lookIntervalMs,
    isSubscribed: async () => (await subscription.load())?.id !== undefined,
  });
}

async function isHinted({ database, strava }: Session): Promise<boolean> {
  for (const athleteId of await database.athletes.athleteIds()) {
    if ((await strava.events.nextHintAt(athleteId)) !== undefined) return true;
  }
  return false;
}

/** A run that is under way takes the tick, and who logged in meanwhile, whether or not it looks at the lists now. */
function lookAgain({ job, policy }: Session): boolean {
  if (!policy.isLookDue()) return job.join();
  const isTaken = job.look();
  if (isTaken) policy.looked();
  return isTaken;
}

async function runOnce(session: Session, reason: RunReason): Promise<void> {
  const { program, database, strava, job, policy, heartbeat } = session;
  const athleteIds = await database.athletes.athleteIds();
  if (athleteIds.length === 0) {
    program.log.warn('Nobody has logged in yet. Run: npm run auth');
    return;
  }
  const isLookWanted = reason === 'start' || (reason === 'schedule' && policy.isLookDue());
  if (isLookWanted) policy.looked();
  const progress = createProgress(progressOptionsOf(program, strava));
  const result = await recordRun(program, database, { reason, command: 'start' }, () =>
    job
      .run({
        athleteIds: () => database.athletes.athleteIds(),
        scopeOf: () => scopeOf(program, undefined),
        isImpatient: false,
        isLookWanted,
        signal: program.signal,
        reporter: progress,
        onTurn: heartbeat.turned,
      })
      .catch((error: unknown) => {
        if (isLookWanted) policy.failed();
        throw error;
      })
      .finally(() => {
        progress.end();
      }),
  );
  sayResult(program, result);
}

function sayResult({ log, config, signal }: Program, { tally, held }: RunResult): void {
  for (const [id, { pid, host }] of held) {
    log.warn(`Athlete ${id} is being synced by process ${pid} on ${host}; leaving it alone.`);
  }
  if (signal.aborted) return;
  const next = nextTickAt(config.sync);
  const { requests, added, changed, streamsStored, withoutStreams, parked } = tally;
  log.info(
    { requests, added, changed, streams: streamsStored, withoutStreams, parked },
    `Run done: ${added} new, ${changed} changed, ${streamsStored} streams; next look ${next ? instant(next) : 'never'}.`,
  );
}
