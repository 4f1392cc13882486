import { describe, expect, inject, it } from 'vitest';
import type { RequestEntry } from '../../src/simulator/api/request-log.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { reportFaults } from '../fault-report.ts';
import { isWhole } from '../support/fault-scale.ts';
import type { Scene } from '../support/scene.ts';
import { athleteNamed, useScene } from '../support/scene.ts';
import { countedByWindow, firstRequestFrom, nextWindow } from '../support/windows.ts';

/** What is done to the quota as soon as a window has seen its first request. */
type Weather = 'plain' | 'lowered' | 'no headers' | 'rubbish' | 'used elsewhere' | 'taken away';

const athleteIds = [1001, 1002, 1003];
/** Four in each process. */
const maxInFlight = 12;

const everyWeather: readonly Weather[] = [
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
const shortWeather: readonly Weather[] = ['lowered', 'used elsewhere', 'no headers', 'rubbish'];

interface Sizes {
  readonly limit: number;
  readonly lengthMs: number;
  readonly weather: readonly Weather[];
}

const cases: readonly Sizes[] = isWhole
  ? [
      { limit: 20, lengthMs: 2_000, weather: everyWeather },
      { limit: 100, lengthMs: 10_000, weather: everyWeather },
    ]
  : [{ limit: 20, lengthMs: 5_000, weather: shortWeather }];

/** One window's share of the measure. */
interface Use {
  readonly weather: Weather;
  readonly limit: number;
  /** Our requests, and those of another program. */
  readonly ours: number;
  readonly foreign: number;
  readonly overLimit: readonly RequestEntry[];
}

function lowered(limit: number): number {
  return limit * 0.75;
}

function foreignUse(weather: Weather, limit: number): number {
  if (weather === 'used elsewhere') return limit / 4;
  return weather === 'taken away' ? limit : 0;
}

function change(simulator: Simulator, weather: Weather, { limit }: Sizes): void {
  simulator.setQuota({ short: weather === 'lowered' ? lowered(limit) : limit });
  const headers = { 'no headers': 'none', rubbish: 'rubbish' } as const;
  simulator.setHeaders(
    weather === 'no headers' || weather === 'rubbish' ? headers[weather] : 'both',
  );
  simulator.useQuotaElsewhere(foreignUse(weather, limit));
}

/** Lets the windows pass, each with its weather; returns what they saw. */
async function watch({ simulator }: Scene, sizes: Sizes): Promise<readonly Use[]> {
  const { lengthMs, limit } = sizes;
  const used: [number, Weather][] = [];
  let startMs = await nextWindow(lengthMs);
  for (const weather of sizes.weather) {
    await firstRequestFrom(simulator, startMs);
    change(simulator, weather, sizes);
    used.push([startMs, weather]);
    startMs += lengthMs;
  }
  await firstRequestFrom(simulator, startMs);
  const counted = countedByWindow(simulator, lengthMs);
  return used.map(([windowMs, weather]) => {
    const entries = counted.get(windowMs) ?? [];
    return {
      weather,
      limit: weather === 'lowered' ? lowered(limit) : limit,
      ours: entries.length,
      foreign: foreignUse(weather, limit),
      overLimit: entries.filter(({ isOverLimit }) => isOverLimit),
    };
  });
}

/** Of what was open to us: another program cannot use more of a window than there is. */
function shareUsed(uses: readonly Use[]): number {
  const open = uses.map(({ limit, foreign }) => Math.max(0, limit - foreign));
  const ours = uses.map(({ ours: made }, index) => Math.min(made, open[index] ?? 0));
  const sum = (figures: readonly number[]): number => figures.reduce((all, one) => all + one, 0);
  return sum(ours) / sum(open);
}

describe.concurrent('three processes in windows of a few seconds', () => {
  const openScene = useScene();

  it.each(cases)(
    'never exceed $limit per $lengthMs ms and use 90 % of it, whatever the headers say',
    { timeout: 240_000 },
    async (sizes) => {
      const { limit, lengthMs, weather } = sizes;
      const activities = Math.ceil((limit * (weather.length + 4)) / athleteIds.length) + 60;
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
      const isEachAsking = (id: number): boolean =>
        simulator.requests.entries.some(({ athleteId }) => athleteId === id);
      await simulator.requests.waitFor(() => athleteIds.every(isEachAsking), 30_000);
      const uses = await watch(scene, sizes);
      for (const { kill } of running) kill('SIGTERM');
      const ended = await Promise.all(running.map((command) => command.ended));

      const untold = uses.filter(({ weather: kind }) => kind === 'taken away');
      const overLimit = uses.filter((use) => !untold.includes(use)).flatMap((use) => use.overLimit);
      const mostUntold = Math.max(0, ...untold.map((use) => use.overLimit.length));
      const share = shareUsed(uses);
      const unused = uses.map((use) => Math.max(0, use.limit - use.foreign - use.ours));
      const described = uses.map((use) => `${use.weather} ${use.ours}/${use.limit - use.foreign}`);
      reportFaults(inject('faultReport'), {
        scenario: `three processes, ${limit} per ${lengthMs / 1_000} s`,
        faults: Object.fromEntries(
          [...Map.groupBy(weather, (kind) => kind)].map(([kind, all]) => [kind, all.length]),
        ),
        requests: scene.countedRequests(),
        overLimit: overLimit.length,
        fetchedTwice: simulator.requests.fetchedTwice().length,
        note: `${(share * 100).toFixed(1)} % of the quota used; the windows' edges cost ${unused.join(' ')}; under way when all was taken away: ${mostUntold}`,
      });
      expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
      expect(overLimit, described.join(', ')).toEqual([]);
      expect(mostUntold).toBeLessThanOrEqual(maxInFlight);
      expect(share, described.join(', ')).toBeGreaterThanOrEqual(0.9);
      expect(simulator.requests.fetchedTwice()).toEqual([]);
    },
  );
});
