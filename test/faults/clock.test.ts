import { describe, expect, inject, it } from 'vitest';
import { openDatabase, openStrava } from '../../src/main.ts';
import { openJob } from '../../src/open-job.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { RunResult } from '../../src/sync/job.ts';
import type { StravaSource } from '../../src/sync/ports/source.ts';
import type { RunOptions } from '../../src/sync/run-options.ts';
import { reportFaults } from '../fault-report.ts';
import { lossesOf } from '../support/faults/losses.ts';
import type { TestProgram } from '../support/command/program.ts';
import { createTestProgram } from '../support/command/program.ts';
import { athleteId, useScene } from '../support/scene.ts';
import type { MovableTime } from '../support/time.ts';
import { createMovableTime } from '../support/time.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const windowMs = 15 * minuteMs;
const limit = 20;
const activities = 70;

/** What a case may use while the program runs. */
interface Stage {
  readonly time: MovableTime;
  readonly simulator: Simulator;
  /** Resolves when the run waits for the quota for the first time. */
  readonly spent: Promise<void>;
}

interface Case {
  readonly name: string;
  /** How far Strava's clock is ahead of ours and MongoDB's. */
  readonly stravaAheadMs?: number;
  /** The error of the local clock from the start. */
  readonly localOffMs?: number;
  readonly happen?: (stage: Stage) => Promise<void>;
  /** How much longer it takes than under the quota alone. */
  readonly sleptMs?: number;
  readonly isTimeAsked: boolean;
  readonly isSaid: boolean;
}

const cases: readonly Case[] = [
  {
    name: 'goes backwards by an hour between two requests',
    happen: async ({ time, simulator }) => {
      await simulator.requests.waitFor((log) => log.count('streams') >= 5);
      time.setLocal(-hourMs);
    },
    isTimeAsked: true,
    isSaid: true,
  },
  {
    name: 'goes backwards by an hour while the quota is spent',
    happen: async ({ time, spent }) => {
      await spent;
      time.setLocal(-hourMs);
    },
    isTimeAsked: true,
    isSaid: true,
  },
  {
    name: 'jumps forwards over a window while the quota is spent',
    happen: async ({ time, spent }) => {
      await spent;
      time.setLocal(windowMs);
    },
    isTimeAsked: true,
    isSaid: true,
  },
  {
    name: 'jumps forwards over a window during a request',
    happen: async ({ time, simulator, spent }) => {
      const held = await simulator.hold({ endpoint: 'streams' });
      await spent;
      time.setLocal(windowMs);
      held.release();
    },
    isTimeAsked: true,
    isSaid: true,
  },
  {
    name: 'belongs to a laptop that sleeps for a night while the quota is spent',
    happen: async ({ time, spent }) => {
      await spent;
      time.suspend(8 * hourMs);
    },
    sleptMs: 8 * hourMs,
    isTimeAsked: true,
    isSaid: false,
  },
  {
    name: 'belongs to a laptop that sleeps for a night during a request',
    happen: async ({ time, simulator }) => {
      const held = await simulator.hold({ endpoint: 'streams' });
      time.suspend(8 * hourMs);
      held.release();
    },
    sleptMs: 8 * hourMs,
    isTimeAsked: true,
    isSaid: false,
  },
  {
    name: 'is an hour behind from the start',
    localOffMs: -hourMs,
    isTimeAsked: false,
    isSaid: true,
  },
  {
    name: 'is seven hours ahead from the start',
    localOffMs: 7 * hourMs,
    isTimeAsked: false,
    isSaid: true,
  },
  {
    name: "is an hour behind Strava's, and MongoDB's is too",
    stravaAheadMs: hourMs,
    isTimeAsked: true,
    isSaid: true,
  },
  {
    name: "is an hour ahead of Strava's, and MongoDB's is too",
    stravaAheadMs: -hourMs,
    isTimeAsked: true,
    isSaid: true,
  },
];

describe.concurrent('a run with a wrong local clock', () => {
  const open = useScene();

  it.each(cases)(
    'a run with a wrong local clock whose clock $name sends no burst, stays within the limit and completes',
    async (given) => {
      const time = createMovableTime(given.stravaAheadMs);
      time.setLocal(given.localOffMs ?? 0);
      const {
        simulator: strava,
        mongodb,
        db,
      } = await open({
        activities,
        clock: time.strava,
        quota: { short: limit },
      });
      const config = { STRAVA_QUOTA_SHORT: String(limit) };
      const program = createTestProgram({ mongodb, strava, config, clock: time.local });
      const startedMs = time.strava.nowMs();
      const spent = Promise.withResolvers<undefined>();
      const happening = given.happen?.({ time, simulator: strava, spent: spent.promise });
      let isOver = happening === undefined;
      void happening?.then(() => (isOver = true));
      const result = await runThrough(program, (leftMs, inFlight) => {
        spent.resolve(undefined);
        // Not during a write: its deadline would pass as well.
        if (isOver && inFlight === 0) time.pass(leftMs);
      });
      await happening;
      const tookMs = time.strava.nowMs() - startedMs;

      const { requests } = strava;
      const heads = requests.entries.filter(({ method }) => method === 'HEAD');
      const counted = requests.entries.filter(({ isCounted }) => isCounted).length;
      const said = program.logged().match(/clock is \d+ s (?:behind|ahead of) Strava's/g) ?? [];
      const { lost, doubled } = await lossesOf(db, strava, athleteId);
      reportFaults(inject('faultReport'), {
        scenario: `a clock that ${given.name}`,
        requests: counted,
        overLimit: requests.overLimit().length,
        fetchedTwice: requests.fetchedTwice().length,
        lost: lost.length,
        doubled,
        note: `${heads.length} requests for the time, ${requests.tokenRefreshes()} refreshes; took ${Math.ceil((tookMs - (given.sleptMs ?? 0)) / windowMs)} windows`,
      });
      expect(requests.overLimit()).toEqual([]);
      expect({ lost, doubled, isInterrupted: result.isInterrupted }).toEqual({
        lost: [],
        doubled: 0,
        isInterrupted: false,
      });
      expect(heads.length > 0).toBe(given.isTimeAsked);
      expect(heads.filter(({ isCounted }) => isCounted)).toEqual([]);
      expect(said).toHaveLength(given.isSaid ? 1 : 0);
      // Each window is used up; one more may be lost where the windows were confused.
      const windows = Math.ceil(counted / limit) + 1;
      expect(tookMs).toBeLessThan((given.sleptMs ?? 0) + windows * windowMs);
      expect(requests.tokenRefreshes()).toBeLessThanOrEqual(2);
      // Four pieces of gear; requests in flight while the machine slept are sent again.
      expect(requests.count('gear')).toBeLessThanOrEqual(8);
    },
  );

  async function runThrough(
    program: TestProgram,
    onQuotaSpent: (leftMs: number, inFlight: number) => void,
  ): Promise<RunResult> {
    const database = await openDatabase(program, minuteMs);
    try {
      const strava = await openStrava(program, database);
      const timing = {
        deadlineMs: 10 * minuteMs,
        tickIntervalMs: windowMs,
        webhookIntervalMs: () => 0,
      };
      let inFlight = 0;
      const counted = <Response>(response: Response): Response => {
        inFlight += 1;
        return response;
      };
      const source: StravaSource = {
        ...strava.source,
        listPage: (...asked) => counted(strava.source.listPage(...asked)),
        streams: (...asked) => counted(strava.source.streams(...asked)),
        athlete: (...asked) => counted(strava.source.athlete(...asked)),
        gear: (...asked) => counted(strava.source.gear(...asked)),
      };
      const watched = { ...strava, source };
      const job = openJob(program, { database, strava: watched }, timing);
      const options: RunOptions = {
        athleteIds: () => Promise.resolve([athleteId]),
        scopeOf: () => ({ kind: 'default' }),
        failOnQuota: false,
        isPollWanted: true,
        signal: program.signal,
        reporter: {
          progress: () => {
            inFlight -= 1;
          },
          waiting: ({ reason, untilMs }) => {
            if (reason === 'quota') onQuotaSpent(untilMs - strava.quota.nowMs(), inFlight);
          },
        },
      };
      return await job.run(options);
    } finally {
      await database.close();
    }
  }
});
