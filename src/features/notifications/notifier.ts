/**
 * Notifies you when your action is required: reads the alert conditions, stores them, and delivers them
 * by the command or to the address of the settings. It runs beside the daemon, which never waits for it.
 */
import { defaultBackfillSince } from '../../domain/sync/default-backfill.ts';
import { variableNames } from '../../config/settings.ts';
import { readPollPlan, readWebhookIntervalMs } from '../shared/poll-plan.ts';
import { tickIntervalMs } from '../shared/schedule.ts';
import { dayMs } from '../../domain/duration.ts';
import type { Notification, AlertFacts } from '../../domain/notifications/alert-conditions.ts';
import {
  backfillKey,
  alertConditions,
  decideNotifications,
  maxGapMs,
  maxTries,
} from '../../domain/notifications/alert-conditions.ts';
import { noReserve, opensAt } from '../../domain/rate-limit/quota.ts';
import { pollShortage, reportPolls } from '../../domain/rate-limit/poll-report.ts';
import { DomestiqueError } from '../../errors.ts';
import type { Database, Strava } from '../../main.ts';
import { athleteFacts, lastPollAt } from './facts.ts';
import type { NotificationStore } from './store.ts';
import { createNotificationStore } from './store.ts';
import { notifyNewActivities } from './new-activity-notifier.ts';
import type { NewActivityStore } from './new-activity-store.ts';
import { createNewActivityStore } from './new-activity-store.ts';
import type { Deliver } from './delivery.ts';
import { createDelivery } from './delivery.ts';
import type { Program } from '../../program.ts';

export interface NotifierSession {
  readonly program: Program;
  readonly database: Database;
  readonly strava: Strava;
}

export interface Notifier {
  /** Checks the alert conditions and delivers what is due in the background, one at a time. */
  readonly poll: () => void;
  /** Resolves when nothing is being delivered any more. */
  readonly settled: () => Promise<void>;
}

interface Notifying extends NotifierSession {
  readonly store: NotificationStore;
  readonly deliver: Deliver;
}

const rejectionsMs = 7 * dayMs;

/** Without a command or an address it notifies of nothing, and remembers nothing. */
export function createNotifier(session: NotifierSession): Notifier {
  const { program, database } = session;
  const { command, url } = program.config.notify;
  const deliver = createDelivery({ command, url, env: withoutSettings(program.env) });
  const newActivities = createNewActivityStore(database.store);
  const checks: readonly (() => Promise<void>)[] =
    deliver === undefined
      ? [endNewActivities(session, newActivities)]
      : [
          () => notifyAll({ ...session, store: notificationsOf(session), deliver }),
          program.config.notify.isOfNewActivities
            ? () =>
                notifyNewActivities({
                  program,
                  athletes: database.athletes,
                  store: newActivities,
                  deliver,
                })
            : endNewActivities(session, newActivities),
        ];
  let running: Promise<void> | undefined;
  let isRequested = false;
  const work = async (): Promise<void> => {
    while (isRequested && !program.signal.aborted) {
      isRequested = false;
      for (const check of checks) await logged(program, check);
    }
    running = undefined;
  };
  return {
    poll: () => {
      isRequested = true;
      running ??= work();
    },
    settled: async () => running,
  };
}

function notificationsOf({ database, strava }: NotifierSession): NotificationStore {
  return createNotificationStore(database.store, strava.clientId);
}

/** Once, at the start: the setting is off. */
function endNewActivities(
  { database }: NotifierSession,
  store: NewActivityStore,
): () => Promise<void> {
  let hasEnded = false;
  return async () => {
    if (hasEnded) return;
    await store.end(await database.athletes.athleteIds());
    hasEnded = true;
  };
}

/** The command gets no setting of ours: several are secret. */
function withoutSettings(env: Program['env']): Program['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !variableNames.includes(name)));
}

async function logged({ log, signal }: Program, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DomestiqueError)) throw error;
    if (!signal.aborted) log.warn({ code: error.code }, error.message);
  }
}

async function notifyAll(notifying: Notifying): Promise<void> {
  const { program, store } = notifying;
  const known = await store.load();
  const facts = await readFacts(notifying, known);
  const gapMs = maxGapMs(tickIntervalMs(program.config.sync));
  const decided = decideNotifications(alertConditions(facts), known, { nowMs: facts.nowMs, gapMs });
  await store.end(decided.ended);
  for (const notification of decided.changed) await store.save(notification);
  for (const notification of decided.due) {
    if (program.signal.aborted) return;
    await notify(notifying, notification);
  }
}

async function notify(
  { program, store, deliver }: Notifying,
  notification: Notification,
): Promise<void> {
  const { clock, log, signal } = program;
  if (!(await store.claim(notification))) return;
  const problem = await deliver(notification, signal);
  if (problem === undefined) {
    await store.delivered(notification.key, new Date(clock.nowMs()));
    log.info({ notification: notification.kind }, `Notified: ${notification.text}`);
    return;
  }
  if (signal.aborted) return;
  const isLast = notification.tries + 1 >= maxTries;
  const means = program.config.notify.command === undefined ? 'NOTIFY_URL' : 'NOTIFY_COMMAND';
  const next = isLast ? 'It is not tried again' : 'It is tried again at the next tick';
  log.warn(
    { notification: notification.kind },
    `A notification could not be delivered by ${means}: ${problem}. ${next}. It said: ${notification.text}`,
  );
}

async function readFacts(
  { program, database, strava }: Notifying,
  known: readonly Notification[],
): Promise<AlertFacts> {
  const { config, clock } = program;
  const { store, runs, application } = database;
  const nowMs = clock.nowMs();
  const keys = new Set(known.map(({ key }) => key));
  const athletes = await athleteFacts(store, application, {
    since: defaultBackfillSince(config, nowMs),
    shouldFetchStreams: config.sync.shouldFetchStreams,
    sports: config.sync.sports,
    isKnown: (athleteId) => keys.has(backfillKey(athleteId)),
  });
  const rejection = await runs.lastRejection(new Date(nowMs - rejectionsMs));
  const failure = await runs.repeatedFailure();
  const polledAt = await lastPollAt(
    store,
    athletes.map(({ athleteId }) => athleteId),
  );
  const webhookIntervalMs = await readWebhookIntervalMs(program, store, strava.clientId);
  const hasBacklog = athletes.some(({ isBackfilled }) => !isBackfilled);
  const quota = { state: strava.quota.known(), nowMs: strava.quota.nowMs() };
  const pollFacts = { ...quota, hasBacklog, webhookIntervalMs };
  const polls = reportPolls(await readPollPlan(program, database, pollFacts));
  const shortage = pollShortage(polls, webhookIntervalMs > 0);
  return {
    athletes,
    ...(shortage !== undefined && { pollShortage: shortage }),
    ...(rejection && { rejection }),
    ...(failure && { failure }),
    ...(polledAt && { lastPollAt: polledAt }),
    pollIntervalMs: Math.max(tickIntervalMs(config.sync), polls.shortestIntervalMs),
    isQuotaSpent: isQuotaSpent(strava),
    nowMs,
  };
}

function isQuotaSpent({ quota }: Strava): boolean {
  const nowMs = quota.nowMs();
  return opensAt(quota.known(), nowMs, quota.settings, noReserve) > nowMs;
}
