import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { FetchTask, StreamsTask } from '../../../src/domain/sync/fetch-task.ts';
import { taskKey } from '../../../src/domain/sync/fetch-task.ts';
import type { AthleteView, Plan, PlanView, Work } from '../../../src/domain/sync/plan.ts';
import { plan } from '../../../src/domain/sync/plan.ts';

const nowMs = 1_000_000;

function athlete(athleteId: number, view: Partial<AthleteView> = {}): AthleteView {
  return {
    athleteId,
    isPollDue: false,
    tasks: [],
    isListInFlight: false,
    served: 0,
    nextTryAtMs: Infinity,
    ...view,
  };
}

function view(athletes: readonly AthleteView[], rest: Partial<PlanView> = {}): PlanView {
  return {
    nowMs,
    athletes,
    inFlight: 0,
    maxInFlight: 4,
    pausedUntilMs: 0,
    freshOpensAtMs: nowMs,
    oldOpensAtMs: nowMs,
    ...rest,
  };
}

const step = { request: { page: 1 } };
const fresh = streamsTask(1, true);
const old = streamsTask(2, false);
const busy = { isPollDue: true, page: step, tasks: [old, fresh] };

function streamsTask(activityId: number, isFresh: boolean): StreamsTask {
  const recording = {
    startAt: new Date(0),
    firstSeenAt: new Date(0),
    elapsedS: 60,
    recordingHash: '',
  };
  return { kind: 'streams', activityId, isFresh, tries: 0, ...recording };
}

function workOf(chosen: Plan): Work {
  if (chosen.kind !== 'request') throw new Error(`planned ${chosen.kind}`);
  return chosen.work;
}

describe('the request most worth making', () => {
  it.each([
    ['a poll before all', busy, { kind: 'poll', isFresh: true }],
    [
      'fresh streams before the next page',
      { ...busy, isPollDue: false },
      { kind: 'task', isFresh: true, task: fresh },
    ],
    [
      'the next page before old streams',
      { page: step, tasks: [old] },
      { kind: 'page', isFresh: false, step },
    ],
    ['old streams last', { tasks: [old] }, { kind: 'task', isFresh: false, task: old }],
    [
      'streams while a page is in flight',
      { ...busy, isListInFlight: true },
      { kind: 'task', isFresh: true, task: fresh },
    ],
  ])('the request most worth making is %s', (_, its, work) => {
    expect(workOf(plan(view([athlete(7, its)])))).toEqual({ athleteId: 7, ...work });
  });

  it('the request most worth making goes by rank: events, fresh streams, fresh details, pages, upkeep, old streams, old details, segments', () => {
    const activity = (
      purpose: 'event' | 'confirm' | 'details',
      activityId: number,
      isFresh: boolean,
    ) => ({ kind: 'activity', purpose, activityId, isFresh, tries: 0 }) as const;
    const tasks: readonly FetchTask[] = [
      { kind: 'segment', part: 'record', segmentId: 9, tries: 0 },
      activity('details', 5, false),
      activity('confirm', 6, false),
      activity('details', 7, true),
      activity('event', 8, true),
      { kind: 'athlete', part: 'stats', tries: 0, isFirst: true },
      old,
      fresh,
    ];
    let its: AthleteView = athlete(7, { page: step, tasks });
    const order: string[] = [];
    while (order.length < 9) {
      const work = workOf(plan(view([its])));
      if (work.kind === 'task') {
        order.push(taskKey(work.task));
        its = { ...its, tasks: its.tasks.filter((one) => one !== work.task) };
      } else {
        order.push(work.kind);
        its = athlete(7, { tasks: its.tasks });
      }
    }
    expect(order).toEqual([
      'activity:8',
      'streams:1',
      'activity:7',
      'athlete:stats',
      'page',
      'activity:6',
      'streams:2',
      'activity:5',
      'segment:9',
    ]);
  });

  it('the request most worth making is one athlete’s fresh data before another one’s backfill, however often it was served', () => {
    const chosen = plan(
      view([athlete(1, { page: step }), athlete(2, { tasks: [fresh], served: 99 })]),
    );
    expect(workOf(chosen).athleteId).toBe(2);
  });

  it('the request most worth making is for the athlete that was served least', () => {
    const chosen = plan(
      view([athlete(1, { tasks: [old], served: 3 }), athlete(2, { tasks: [old], served: 2 })]),
    );
    expect(workOf(chosen).athleteId).toBe(2);
  });

  it('the request most worth making waits for the poll before the next page', () => {
    const chosen = plan(
      view([athlete(1, { isPollDue: true, page: step })], { oldOpensAtMs: nowMs }),
    );
    expect(workOf(chosen).kind).toBe('poll');
  });
});

describe('a wait', () => {
  const one = [athlete(1, { tasks: [old] })];

  it.each([
    [
      'a request in flight when all places are taken',
      { inFlight: 4 },
      'inFlight',
      Number.POSITIVE_INFINITY,
    ],
    ['a pause', { pausedUntilMs: nowMs + 5, oldOpensAtMs: nowMs + 9 }, 'pause', nowMs + 5],
    ['the quota', { oldOpensAtMs: nowMs + 9 }, 'quota', nowMs + 9],
  ])('a wait is for %s', (_, rest, reason, untilMs) => {
    expect(plan(view(one, rest))).toEqual({ kind: 'wait', reason, untilMs });
  });

  it('a wait ends where the reserve lets fresh data through', () => {
    const rest = { oldOpensAtMs: nowMs + 9 };
    expect(plan(view([athlete(1, { tasks: [fresh] })], rest)).kind).toBe('request');
    const spent = { oldOpensAtMs: nowMs + 9, freshOpensAtMs: nowMs + 5 };
    const chosen = plan(view([athlete(1, { tasks: [fresh] })], spent));
    expect(chosen).toEqual({ kind: 'wait', reason: 'quota', untilMs: nowMs + 5 });
  });

  it('a wait is for the first of the failed requests that may be tried again', () => {
    const waiting = [
      athlete(1, { nextTryAtMs: nowMs + 9 }),
      athlete(2, { nextTryAtMs: nowMs + 4 }),
      athlete(3),
    ];
    expect(plan(view(waiting))).toEqual({ kind: 'wait', reason: 'retry', untilMs: nowMs + 4 });
    const waitingFor = plan(view(waiting, { inFlight: 1 }));
    expect(waitingFor).toEqual({ kind: 'wait', reason: 'inFlight', untilMs: nowMs + 4 });
    const overdue = plan(view([athlete(1, { nextTryAtMs: nowMs - 4 })]));
    expect(overdue).toEqual({ kind: 'wait', reason: 'retry', untilMs: nowMs });
  });

  it('a wait is for requests in flight where nothing else is left, and without them the run is done', () => {
    const untilMs = Number.POSITIVE_INFINITY;
    const waitingFor = plan(view([athlete(1, { isListInFlight: true })], { inFlight: 1 }));
    expect(waitingFor).toEqual({ kind: 'wait', reason: 'inFlight', untilMs });
    expect(plan(view([athlete(1)]))).toEqual({ kind: 'done' });
    expect(plan(view([]))).toEqual({ kind: 'done' });
  });
});

/** A run: each athlete has a number of things to do, and requests settle in any order. */
interface Backlog {
  polls: number;
  pages: number;
  fresh: number;
  old: number;
  served: number;
  isListInFlight: boolean;
}

const anyBacklogs = fc.array(
  fc.record({
    polls: fc.nat({ max: 2 }),
    pages: fc.nat({ max: 6 }),
    fresh: fc.nat({ max: 6 }),
    old: fc.nat({ max: 12 }),
    served: fc.constant(0),
    isListInFlight: fc.constant(false),
  }),
  { minLength: 1, maxLength: 5 },
);

function viewOfBacklog(backlog: Backlog, athleteId: number): AthleteView {
  const due = (count: number, isFresh: boolean): readonly FetchTask[] =>
    Array.from({ length: count }, (_, activityId) => streamsTask(activityId, isFresh));
  return athlete(athleteId, {
    isPollDue: backlog.polls > 0,
    ...(backlog.pages > 0 && { page: step }),
    tasks: [...due(backlog.old, false), ...due(backlog.fresh, true)],
    isListInFlight: backlog.isListInFlight,
    served: backlog.served,
  });
}

function send(backlog: Backlog, work: Work): void {
  backlog.served += 1;
  if (work.kind === 'task') backlog[work.isFresh ? 'fresh' : 'old'] -= 1;
  else {
    expect(backlog.isListInFlight).toBe(false);
    backlog.isListInFlight = true;
    backlog[work.kind === 'poll' ? 'polls' : 'pages'] -= 1;
  }
}

describe('a whole run of plans', () => {
  const anyRun = fc.tuple(anyBacklogs, fc.integer({ min: 1, max: 4 }), fc.infiniteStream(fc.nat()));

  it('a whole run of plans does all there is to do, never more at once than allowed, one list request an athlete', () => {
    fc.assert(
      fc.property(anyRun, ([backlogs, maxInFlight, settlings]) => {
        const athletes = backlogs.map((backlog) => ({ ...backlog }));
        const inFlight: { work: Work; backlog: Backlog }[] = [];
        for (;;) {
          const views = athletes.map(viewOfBacklog);
          const chosen = plan(view(views, { inFlight: inFlight.length, maxInFlight }));
          if (chosen.kind === 'done') break;
          if (chosen.kind === 'request') {
            const backlog = athletes[chosen.work.athleteId];
            if (backlog === undefined) throw new Error('nobody');
            send(backlog, chosen.work);
            inFlight.push({ work: chosen.work, backlog });
            expect(inFlight.length).toBeLessThanOrEqual(maxInFlight);
          } else {
            expect(chosen.reason).toBe('inFlight');
            const [settled] = inFlight.splice(Number(settlings.next().value) % inFlight.length, 1);
            if (settled !== undefined && settled.work.kind !== 'task')
              settled.backlog.isListInFlight = false;
          }
        }
        for (const { polls, pages, fresh: recent, old: rest } of athletes)
          expect(polls + pages + recent + rest).toBe(0);
      }),
    );
  });

  it('a whole run of plans serves athletes with the same work in turn', () => {
    const athletes = [0, 40, 3].map((served) => ({
      polls: 0,
      pages: 0,
      fresh: 0,
      old: 60,
      served,
      isListInFlight: false,
    }));
    for (let request = 0; request < 90; request += 1) {
      const work = workOf(plan(view(athletes.map(viewOfBacklog))));
      const backlog = athletes[work.athleteId];
      if (backlog !== undefined) send(backlog, work);
    }
    const served = athletes.map((one) => one.served);
    expect(Math.max(...served) - Math.min(...served)).toBeLessThanOrEqual(1);
  });
});
