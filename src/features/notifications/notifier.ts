/**
 * Tells the person when the person is needed: looks at what stands, remembers it, and has it delivered
 * by the command or to the address of the settings. It runs beside the daemon, which never waits for it.
 */
import { standingSince } from '../../config/default-backfill.ts';
import { allSettings } from '../../config/settings.ts';
import { tickIntervalMs } from '../shared/schedule.ts';
import { dayMs } from '../../domain/duration.ts';
import type { Notice, NoticeFacts } from '../../domain/notifications/alert-conditions.ts';
import {
  backfillKey,
  causesOf,
  decideNotices,
  longestGapMs,
  mostTries,
} from '../../domain/notifications/alert-conditions.ts';
import { noReserve, opensAt } from '../../domain/rate-limit/quota.ts';
import { DomestiqueError } from '../../errors.ts';
import type { Database, Strava } from '../../main.ts';
import { athleteFacts, lastLookAt } from './facts.ts';
import type { NoticeStore } from './store.ts';
import { createNoticeStore } from './store.ts';
import type { Deliver } from './delivery.ts';
import { createDelivery } from './delivery.ts';
import type { Program } from '../../program.ts';

export interface NoticeSession {
  readonly program: Program;
  readonly database: Database;
  readonly strava: Strava;
  /** How often the lists are polled by the policy alone, in milliseconds. */
  readonly policy: { readonly everyMs: () => number };
}

export interface Notices {
  /** Looks at what stands and delivers what is due, beside whatever else goes on; one at a time. */
  readonly look: () => void;
  /** Resolves when nothing is being delivered any more. */
  readonly settled: () => Promise<void>;
}

interface Telling extends NoticeSession {
  readonly store: NoticeStore;
  readonly deliver: Deliver;
}

const refusalsMs = 7 * dayMs;

/** Without a command or an address it does nothing, and remembers nothing. */
export function createNotices(session: NoticeSession): Notices {
  const { program, database } = session;
  const { command, url } = program.config.notify;
  const deliver = createDelivery({ command, url, env: withoutSettings(program.env) });
  if (deliver === undefined) return { look: () => undefined, settled: () => Promise.resolve() };
  const telling = { ...session, store: createNoticeStore(database.mongo), deliver };
  let running: Promise<void> | undefined;
  let isAsked = false;
  const work = async (): Promise<void> => {
    while (isAsked && !program.signal.aborted) {
      isAsked = false;
      await logged(program, () => tellAll(telling));
    }
    running = undefined;
  };
  return {
    look: () => {
      isAsked = true;
      running ??= work();
    },
    settled: async () => running,
  };
}

/** The command gets no setting of ours: several are secret. */
function withoutSettings(env: Program['env']): Program['env'] {
  const ours = new Set(allSettings.flatMap(({ name }) => [name, `${name}_FILE`]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours.has(name)));
}

async function logged({ log, signal }: Program, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DomestiqueError)) throw error;
    if (!signal.aborted) log.warn({ code: error.code }, error.message);
  }
}

async function tellAll(telling: Telling): Promise<void> {
  const { program, store } = telling;
  const known = await store.load();
  const facts = await readFacts(telling, known);
  const gapMs = longestGapMs(tickIntervalMs(program.config.sync));
  const decided = decideNotices(causesOf(facts), known, { nowMs: facts.nowMs, gapMs });
  await store.end(decided.ended);
  for (const notice of decided.changed) await store.save(notice);
  for (const notice of decided.due) {
    if (program.signal.aborted) return;
    await tell(telling, notice);
  }
}

async function tell({ program, store, deliver }: Telling, notice: Notice): Promise<void> {
  const { clock, log, signal } = program;
  if (!(await store.claim(notice))) return;
  const problem = await deliver(notice, signal);
  if (problem === undefined) {
    await store.told(notice.key, new Date(clock.nowMs()));
    log.info({ notice: notice.kind }, `Told: ${notice.text}`);
    return;
  }
  if (signal.aborted) return;
  const isLast = notice.tries + 1 >= mostTries;
  const means = program.config.notify.command === undefined ? 'NOTIFY_URL' : 'NOTIFY_COMMAND';
  const next = isLast ? 'It is not tried again' : 'It is tried again at the next tick';
  log.warn(
    { notice: notice.kind },
    `A notice could not be delivered by ${means}: ${problem}. ${next}. It said: ${notice.text}`,
  );
}

async function readFacts(
  { program, database, strava, policy }: Telling,
  known: readonly Notice[],
): Promise<NoticeFacts> {
  const { config, clock } = program;
  const { mongo, collections, runs } = database;
  const nowMs = clock.nowMs();
  const keys = new Set(known.map(({ key }) => key));
  const athletes = await athleteFacts(mongo, collections, {
    since: standingSince(config, nowMs),
    shouldFetchStreams: config.sync.shouldFetchStreams,
    isKnown: (athleteId) => keys.has(backfillKey(athleteId)),
  });
  const refusal = await runs.lastRefusal(new Date(nowMs - refusalsMs));
  const lookedAt = await lastLookAt(mongo, collections);
  return {
    athletes,
    ...(refusal && { refusal }),
    ...(lookedAt && { lastLookAt: lookedAt }),
    looksEveryMs: Math.max(tickIntervalMs(config.sync), policy.everyMs()),
    isQuotaSpent: isQuotaSpent(strava),
    nowMs,
  };
}

function isQuotaSpent({ quota }: Strava): boolean {
  const nowMs = quota.nowMs();
  return opensAt(quota.known(), nowMs, quota.settings, noReserve) > nowMs;
}
