import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type {
  AthleteView,
  DueStreams,
  Plan,
  PlanView,
  Work,
} from '../../../src/domain/sync/plan.ts';
import { plan } from '../../../src/domain/sync/plan.ts';

const nowMs = 1_000_000;

function athlete(athleteId: number, view: Partial<AthleteView> = {}): AthleteView {
  return {
    athleteId,
    isPollDue: false,
    streams: [],
    reads: [],
    isListInFlight: false,
    served: 0,
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
const fresh: DueStreams = { activityId: 1, isFresh: true };
const old: DueStreams = { activityId: 2, isFresh: false };
const busy = { isPollDue: true, page: step, streams: [old, fresh] };

function workOf(chosen: Plan): Work {
  if (chosen.kind !== 'request') throw new Error(`planned ${chosen.kind}`);
  return chosen.work;
}

describe('the request most worth making', () => {
  it.each([
    ['a look before all', busy, { kind: 'poll', isFresh: true }],
    [
      'fresh streams before the walk',
      { ...busy, isPollDue: false },
      { kind: 'streams', isFresh: true, activityId: 1 },
    ],
    [
      'the walk before old streams',
      { page: step, streams: [old] },
      { kind: 'page', isFresh: false, step },
    ],
    ['old streams last', { streams: [old] }, { kind: 'streams', isFresh: false, activityId: 2 }],
    [
      'streams while the list is asked for',
      { ...busy, isListInFlight: true },
      { kind: 'streams', isFresh: true, activityId: 1 },
    ],
  ])('is %s', (_, its, work) => {
    expect(workOf(plan(view([athlete(7, its)])))).toEqual({ athleteId: 7, ...work });
  });

  it('goes by rank: hints, fresh streams, fresh details, the walk, upkeep, old streams, old details, segments', () => {
    const read = (purpose: 'event' | 'confirm' | 'details', activityId: number, isFresh: boolean) =>
      ({ kind: 'activity', purpose, activityId, isFresh, tries: 0 }) as const;
    const segment = { kind: 'segment', part: 'record', segmentId: 9, tries: 0 } as const;
    const reads = [
      segment,
      read('details', 5, false),
      read('confirm', 6, false),
      read('details', 7, true),
      read('event', 8, true),
    ];
    let its: AthleteView = athlete(7, { page: step, streams: [old, fresh], reads });
    const order: string[] = [];
    while (order.length < 8) {
      const work = workOf(plan(view([its])));
      if (work.kind === 'read') {
        order.push(work.read.kind === 'activity' ? `read ${work.read.activityId}` : 'segment');
        its = { ...its, reads: its.reads.filter((one) => one !== work.read) };
      } else if (work.kind === 'streams') {
        order.push(`streams ${work.activityId}`);
        const isLeft = ({ activityId }: DueStreams) => activityId !== work.activityId;
        its = { ...its, streams: its.streams.filter(isLeft) };
      } else {
        order.push(work.kind);
        its = athlete(7, { streams: its.streams, reads: its.reads });
      }
    }
    expect(order).toEqual([
      'read 8',
      'streams 1',
      'read 7',
      'page',
      'read 6',
      'streams 2',
      'read 5',
      'segment',
    ]);
  });

  it('is one athlete’s fresh data before another one’s backfill, however often it was served', () => {
    const chosen = plan(
      view([athlete(1, { page: step }), athlete(2, { streams: [fresh], served: 99 })]),
    );
    expect(workOf(chosen).athleteId).toBe(2);
  });

  it('is for the athlete that was served least', () => {
    const chosen = plan(
      view([athlete(1, { streams: [old], served: 3 }), athlete(2, { streams: [old], served: 2 })]),
    );
    expect(workOf(chosen).athleteId).toBe(2);
  });

  it('waits for the look before the walk goes on', () => {
    const chosen = plan(
      view([athlete(1, { isPollDue: true, page: step })], { oldOpensAtMs: nowMs }),
    );
    expect(workOf(chosen).kind).toBe('poll');
  });
});

describe('a wait', () => {
  const one = [athlete(1, { streams: [old] })];

  it.each([
    ['a flight when all places are taken', { inFlight: 4 }, 'inFlight', Number.POSITIVE_INFINITY],
    ['a pause', { pausedUntilMs: nowMs + 5, oldOpensAtMs: nowMs + 9 }, 'pause', nowMs + 5],
    ['the quota', { oldOpensAtMs: nowMs + 9 }, 'quota', nowMs + 9],
  ])('is for %s', (_, rest, reason, untilMs) => {
    expect(plan(view(one, rest))).toEqual({ kind: 'wait', reason, untilMs });
  });

  it('ends where the reserve lets fresh data through', () => {
    const rest = { oldOpensAtMs: nowMs + 9 };
    expect(plan(view([athlete(1, { streams: [fresh] })], rest)).kind).toBe('request');
    const spent = { oldOpensAtMs: nowMs + 9, freshOpensAtMs: nowMs + 5 };
    const chosen = plan(view([athlete(1, { streams: [fresh] })], spent));
    expect(chosen).toEqual({ kind: 'wait', reason: 'quota', untilMs: nowMs + 5 });
  });

  it('is for the first of the failed requests that may be tried again', () => {
    const waiting = [
      athlete(1, { nextTryAtMs: nowMs + 9 }),
      athlete(2, { nextTryAtMs: nowMs + 4 }),
      athlete(3),
    ];
    expect(plan(view(waiting))).toEqual({ kind: 'wait', reason: 'retry', untilMs: nowMs + 4 });
    const flying = plan(view(waiting, { inFlight: 1 }));
    expect(flying).toEqual({ kind: 'wait', reason: 'inFlight', untilMs: nowMs + 4 });
    const overdue = plan(view([athlete(1, { nextTryAtMs: nowMs - 4 })]));
    expect(overdue).toEqual({ kind: 'wait', reason: 'retry', untilMs: nowMs });
  });

  it('is for the flights where nothing else is left, and without them it is done', () => {
    const untilMs = Number.POSITIVE_INFINITY;
    const flying = plan(view([athlete(1, { isListInFlight: true })], { inFlight: 1 }));
    expect(flying).toEqual({ kind: 'wait', reason: 'inFlight', untilMs });
    expect(plan(view([athlete(1)]))).toEqual({ kind: 'done' });
    expect(plan(view([]))).toEqual({ kind: 'done' });
  });
});

/** A run: each athlete has a number of things to do, and requests land in any order. */
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
  const due = (count: number, isFresh: boolean): readonly DueStreams[] =>
    Array.from({ length: count }, (_, activityId) => ({ activityId, isFresh }));
  return athlete(athleteId, {
    isPollDue: backlog.polls > 0,
    ...(backlog.pages > 0 && { page: step }),
    streams: [...due(backlog.old, false), ...due(backlog.fresh, true)],
    isListInFlight: backlog.isListInFlight,
    served: backlog.served,
  });
}

function send(backlog: Backlog, work: Work): void {
  backlog.served += 1;
  if (work.kind === 'streams') backlog[work.isFresh ? 'fresh' : 'old'] -= 1;
  else {
    expect(backlog.isListInFlight).toBe(false);
    backlog.isListInFlight = true;
    backlog[work.kind === 'poll' ? 'polls' : 'pages'] -= 1;
  }
}

describe('a whole run of plans', () => {
  const anyRun = fc.tuple(anyBacklogs, fc.integer({ min: 1, max: 4 }), fc.infiniteStream(fc.nat()));

  it('does all there is to do, never more at once than allowed, one list request an athlete', () => {
    fc.assert(
      fc.property(anyRun, ([backlogs, maxInFlight, landings]) => {
        const athletes = backlogs.map((backlog) => ({ ...backlog }));
        const flying: { work: Work; backlog: Backlog }[] = [];
        for (;;) {
          const views = athletes.map(viewOfBacklog);
          const chosen = plan(view(views, { inFlight: flying.length, maxInFlight }));
          if (chosen.kind === 'done') break;
          if (chosen.kind === 'request') {
            const backlog = athletes[chosen.work.athleteId];
            if (backlog === undefined) throw new Error('nobody');
            send(backlog, chosen.work);
            flying.push({ work: chosen.work, backlog });
            expect(flying.length).toBeLessThanOrEqual(maxInFlight);
          } else {
            expect(chosen.reason).toBe('inFlight');
            const [landed] = flying.splice(Number(landings.next().value) % flying.length, 1);
            if (landed !== undefined && landed.work.kind !== 'streams')
              landed.backlog.isListInFlight = false;
          }
        }
        for (const { polls, pages, fresh: recent, old: rest } of athletes)
          expect(polls + pages + recent + rest).toBe(0);
      }),
    );
  });

  it('serves athletes with the same work in turn', () => {
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
