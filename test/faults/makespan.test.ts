import { describe, expect, inject, it } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { reportFaults } from '../fault-report.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import { lossesOf } from '../support/faults/losses.ts';
import { athleteId, athleteNamed, useScene } from '../support/scene.ts';
import { countedByWindow, nextWindow } from '../support/faults/windows.ts';

const limit = 40;
/**
 * The lengths of a window; the next one is for a machine too busy to send its requests within the one
 * before. The real window of 15 minutes leaves far more time for each request.
 */
const lengths = [3_000, 6_000, 12_000, 24_000] as const;
/** The guard of the quota around a boundary, as a share of a short window. */
const guardShare = 0.05;
const windows = scaled(4, 10);
const tolerance = 1.02;
const maxUnspent = 10;

interface Makespan {
  readonly tookMs: number;
  readonly minMs: number;
  /** The maximum time between the guard and the first request of a window. */
  readonly latestMs: number;
  readonly counts: readonly number[];
}

/**
 * The time from the first to the last request, and the minimum: each window filled, the last one begun
 * right after its guard and as long as its own requests took.
 */
function makespanOf(simulator: Simulator, lengthMs: number): Makespan {
  const guardMs = lengthMs * guardShare;
  const used = [...countedByWindow(simulator, lengthMs)];
  const starts = used.map(([startMs, [first]]) => Number(first?.at) - startMs - guardMs);
  const requests = used.flatMap(([, inWindow]) => inWindow);
  const [first, last, inLast] = [requests[0], requests.at(-1), used.at(-1)?.[1] ?? []];
  const [firstMs, lastMs] = [Number(first?.at), Number(last?.at)];
  const needed = Math.ceil(requests.length / limit);
  const lastOpensMs = (used[0]?.[0] ?? 0) + (needed - 1) * lengthMs + guardMs;
  return {
    tookMs: lastMs - firstMs,
    minMs: lastOpensMs - firstMs + (lastMs - Number(inLast[0]?.at)),
    latestMs: Math.max(...starts.slice(1)),
    counts: used.map(([, inWindow]) => inWindow.length),
  };
}

const cases = [
  ['short', { short: limit, daily: 4_000, shortWindows: 100 }],
  ['daily', { short: 4_000, daily: limit, shortWindows: 1 }],
] as const;

type Quota = (typeof cases)[number][1];

describe('the makespan of a backfill', () => {
  const open = useScene();

  /** Begins at a window's opening; expects what must hold regardless of the time. */
  async function measure(kind: string, quota: Quota, lengthMs: number): Promise<Makespan> {
    const { short, daily, shortWindows } = quota;
    const dailyWindowMs = shortWindows * lengthMs;
    // These windows have little more room: unspent requests show as one more window.
    const activities = limit * windows - maxUnspent;
    const scene = await open({
      athletes: [{ ...athleteNamed('Ada', athleteId, activities), manualShare: 0 }],
      quota: { short, daily, shortWindowMs: lengthMs, dailyWindowMs },
      env: {
        STRAVA_QUOTA_SHORT: String(short),
        STRAVA_QUOTA_DAILY: String(daily),
        STRAVA_QUOTA_SHORT_WINDOW: `${lengthMs}ms`,
        STRAVA_QUOTA_DAILY_WINDOW: `${dailyWindowMs}ms`,
      },
    });
    const { simulator, db } = scene;
    const beginning = simulator.hold({ endpoint: 'token' });
    const running = scene.launch(['sync']);
    const held = await beginning;
    await nextWindow(lengthMs);
    held.release();
    const ended = await running.ended;
    expect(ended.exitCode, ended.stderr).toBe(0);

    const makespan = makespanOf(simulator, lengthMs);
    const { tookMs, minMs, latestMs, counts } = makespan;
    const { lost, doubled } = await lossesOf(db, simulator, athleteId);
    const overLimit = simulator.requests.overLimit().length;
    const percent = ((tookMs / minMs - 1) * 100).toFixed(2);
    reportFaults(inject('faultReport'), {
      scenario: `makespan, ${kind} windows of ${limit} per ${lengthMs / 1_000} s`,
      requests: scene.countedRequests(),
      overLimit,
      fetchedTwice: simulator.requests.fetchedTwice().length,
      lost: lost.length,
      doubled,
      note: `${tookMs} ms of minimum ${minMs} ms (+${percent} %); windows ${counts.join(' ')}; at most ${latestMs} ms after the guard of ${lengthMs * guardShare} ms`,
    });
    expect({ overLimit, lost, doubled }).toEqual({ overLimit: 0, lost: [], doubled: 0 });
    return makespan;
  }

  it.each(cases)(
    'a backfill spends each %s window from its opening and ends within 2 % of the minimum time',
    { timeout: 900_000 },
    async (kind, quota) => {
      const counts: string[] = [];
      for (const lengthMs of lengths) {
        const makespan = await measure(kind, quota, lengthMs);
        if (makespan.tookMs <= makespan.minMs * tolerance) return;
        counts.push(makespan.counts.join(' '));
      }
      expect.unreachable(`requests in each window: ${counts.join('; ')}`);
    },
  );
});
