import { describe, expect, inject, it } from 'vitest';
import type { RequestEntry } from '../../src/simulator/api/request-log.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { reportFaults } from '../fault-report.ts';
import { isWhole } from '../support/faults/fault-scale.ts';
import type { Scene } from '../support/scene.ts';
import { athleteNamed, useScene } from '../support/scene.ts';
import { countedByWindow, firstRequestFrom, nextWindow } from '../support/faults/windows.ts';

/** The change of the quota after the first request of a window. */
type Condition = 'plain' | 'lowered' | 'no headers' | 'rubbish' | 'used elsewhere' | 'taken away';

const interruptedBySigterm = 143;
const athleteIds = [1001, 1002, 1003];
/** Four in each process. */
const maxInFlight = 12;

const allConditions: readonly Condition[] = [
  'plain',
  'plain',
  'lowered',
  'lowered',
  'used elsewhere',
  'used elsewhere',
  'taken away',
  'no headers',
  'no headers',
  'rubbish',
];
const shortConditions: readonly Condition[] = [
  'lowered',
  'used elsewhere',
  'no headers',
  'rubbish',
];

interface Case {
  readonly limit: number;
  /** The next one is for a machine that was too busy to use up the windows before. */
  readonly lengthsMs: readonly number[];
  readonly conditions: readonly Condition[];
}

interface Sizes extends Case {
  readonly lengthMs: number;
}

const cases: readonly Case[] = isWhole
  ? [
      { limit: 20, lengthsMs: [2_000, 8_000], conditions: allConditions },
      { limit: 100, lengthsMs: [10_000, 20_000], conditions: allConditions },
    ]
  : [{ limit: 20, lengthsMs: [5_000, 15_000], conditions: shortConditions }];

/** The use of one window. */
interface Use {
  readonly condition: Condition;
  readonly limit: number;
  /** Our requests; `foreign` are another program's. */
  readonly ours: number;
  readonly foreign: number;
  readonly overLimit: readonly RequestEntry[];
}

function lowered(limit: number): number {
  return limit * 0.75;
}

function foreignUse(condition: Condition, limit: number): number {
  if (condition === 'used elsewhere') return limit / 4;
  return condition === 'taken away' ? limit : 0;
}

function change(simulator: Simulator, condition: Condition, { limit }: Sizes): void {
  simulator.setQuota({ short: condition === 'lowered' ? lowered(limit) : limit });
  const headers = { 'no headers': 'none', rubbish: 'rubbish' } as const;
  simulator.setHeaders(
    condition === 'no headers' || condition === 'rubbish' ? headers[condition] : 'both',
  );
  simulator.useQuotaElsewhere(foreignUse(condition, limit));
}

/** Lets the windows pass, each with its condition; returns their use. */
async function watch({ simulator }: Scene, sizes: Sizes): Promise<readonly Use[]> {
  const { lengthMs, limit } = sizes;
  const used: [number, Condition][] = [];
  let startMs = await nextWindow(lengthMs);
  for (const condition of sizes.conditions) {
    await firstRequestFrom(simulator, startMs);
    change(simulator, condition, sizes);
    used.push([startMs, condition]);
    startMs += lengthMs;
  }
  await firstRequestFrom(simulator, startMs);
  const counted = countedByWindow(simulator, lengthMs);
  return used.map(([windowMs, condition]) => {
    const entries = counted.get(windowMs) ?? [];
    return {
      condition,
      limit: condition === 'lowered' ? lowered(limit) : limit,
      ours: entries.length,
      foreign: foreignUse(condition, limit),
      overLimit: entries.filter(({ isOverLimit }) => isOverLimit),
    };
  });
}

/** The used share of what another program left. */
function shareUsed(uses: readonly Use[]): number {
  const open = uses.map(({ limit, foreign }) => Math.max(0, limit - foreign));
  const ours = uses.map(({ ours: made }, index) => Math.min(made, open[index] ?? 0));
  const sum = (figures: readonly number[]): number => figures.reduce((all, one) => all + one, 0);
  return sum(ours) / sum(open);
}

describe.concurrent('three processes in windows of a few seconds', () => {
  const openScene = useScene();

  /** Expects what must hold regardless of the time; returns the used share, and what it consists of. */
  async function measure(sizes: Sizes): Promise<{ share: number; described: string }> {
    const { limit, lengthMs, conditions } = sizes;
    const activities = Math.ceil((limit * (conditions.length + 4)) / athleteIds.length) + 60;
    const scene = await openScene({
      athletes: athleteIds.map((id) => athleteNamed(`Athlete ${id}`, id, activities)),
      quota: { short: limit, daily: 50_000, shortWindowMs: lengthMs },
      env: {
        STRAVA_QUOTA_SHORT: String(limit),
        STRAVA_QUOTA_SHORT_WINDOW: `${lengthMs}ms`,
      },
    });
    const { simulator } = scene;
    const running = athleteIds.map((id) => scene.launch(['sync', '--athlete', String(id)]));
    const hasRequested = (id: number): boolean =>
      simulator.requests.entries.some(({ athleteId }) => athleteId === id);
    await simulator.requests.waitFor(() => athleteIds.every(hasRequested), 30_000);
    const uses = await watch(scene, sizes);
    for (const { kill } of running) kill('SIGTERM');
    const ended = await Promise.all(running.map((command) => command.ended));

    const unannounced = uses.filter(({ condition: kind }) => kind === 'taken away');
    const overLimit = uses
      .filter((use) => !unannounced.includes(use))
      .flatMap((use) => use.overLimit);
    const maxUnannounced = Math.max(0, ...unannounced.map((use) => use.overLimit.length));
    const share = shareUsed(uses);
    const unused = uses.map((use) => Math.max(0, use.limit - use.foreign - use.ours));
    const described = uses
      .map((use) => `${use.condition} ${use.ours}/${use.limit - use.foreign}`)
      .join(', ');
    reportFaults(inject('faultReport'), {
      scenario: `three processes, ${limit} per ${lengthMs / 1_000} s`,
      faults: Object.fromEntries(
        [...Map.groupBy(conditions, (kind) => kind)].map(([kind, all]) => [kind, all.length]),
      ),
      requests: scene.countedRequests(),
      overLimit: overLimit.length,
      fetchedTwice: simulator.requests.fetchedTwice().length,
      note: `${(share * 100).toFixed(1)} % of the quota used; the windows' edges cost ${unused.join(' ')}; in flight when all was taken away: ${maxUnannounced}`,
    });
    expect(ended.map(({ exitCode }) => exitCode)).toEqual(
      athleteIds.map(() => interruptedBySigterm),
    );
    expect(overLimit, described).toEqual([]);
    expect(maxUnannounced).toBeLessThanOrEqual(maxInFlight);
    expect(simulator.requests.fetchedTwice()).toEqual([]);
    return { share, described };
  }

  it.each(cases)(
    'three processes never exceed $limit in a window and use 90 % of it, with any headers',
    { timeout: 600_000 },
    async (one) => {
      const busy: string[] = [];
      for (const lengthMs of one.lengthsMs) {
        const { share, described } = await measure({ ...one, lengthMs });
        if (share >= 0.9) return;
        busy.push(described);
      }
      expect.unreachable(`used of each window: ${busy.join('; ')}`);
    },
  );
});
