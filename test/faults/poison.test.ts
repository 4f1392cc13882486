import { expect, inject, it } from 'vitest';
import type { FaultKind } from '../../src/simulator/api/fault-kinds.ts';
import { reportFaults } from '../fault-report.ts';
import { isWhole, scaled } from '../support/faults/fault-scale.ts';
import { lossesOf } from '../support/faults/losses.ts';
import { faultSeed } from '../support/faults/random.ts';
import type { Scene } from '../support/scene.ts';
import { printedJson, athleteId, useScene } from '../support/scene.ts';

/** Strava's own 500, an unexpected shape, and (in the long form) a connection that is always cut. */
const kinds: readonly FaultKind[] = [
  'error-json',
  'wrong-shape',
  ...scaled([], ['reset'] as const),
];
const triesADay = 5;
/** Six transient errors in a row count as the first failure. */
const maxTransientRequests = 6 + triesADay - 1;

const activities = scaled(100, 300);
const share = 0.01;
const open = useScene();

/** Poisons 1 % of the activities in each way, but only one with a connection that is always cut. */
function poison({ simulator }: Scene): ReadonlyMap<number, FaultKind> {
  const withStreams = simulator.world.activities(athleteId).filter((one) => one.hasStreams);
  const poisoned = new Map<number, FaultKind>();
  for (const [index, kind] of kinds.entries()) {
    const count = kind === 'reset' ? 1 : activities * share;
    for (let nth = 0; nth < count; nth += 1) {
      const place = (faultSeed + index * 31 + nth * 97) % withStreams.length;
      const id = withStreams[place]?.id ?? 0;
      poisoned.set(id, kind);
      simulator.faults.activity(id, kind);
    }
  }
  return poisoned;
}

function isPoisoned(sentence: string, poisoned: ReadonlyMap<number, FaultKind>): boolean {
  return [...poisoned.keys()].some((id) => sentence.startsWith(String(id)));
}

function sorted(ids: Iterable<number>): readonly number[] {
  return [...ids].sort((one, other) => one - other);
}

async function parkedInStatus(scene: Scene): Promise<readonly number[]> {
  const status = printedJson(await scene.run('status', '--json'));
  return sorted(status['parkedActivities'] as number[]);
}

it(
  `parks what always fails after five failures, and completes the rest (seed ${faultSeed})`,
  { timeout: scaled(120_000, 300_000) },
  async () => {
    const scene = await open({ seed: faultSeed, activities });
    const { simulator, db } = scene;
    const poisoned = poison(scene);
    const requestsFor = (activityId: number): number => simulator.requests.count({ activityId });

    const first = await scene.run('sync', '--json');
    expect(first.exitCode, first.stderr).toBe(0);
    const others = (await lossesOf(db, simulator, athleteId)).lost.filter(
      (sentence) => !isPoisoned(sentence, poisoned),
    );
    expect(others).toEqual([]);
    for (const [id, kind] of poisoned) {
      if (kind === 'reset') expect(requestsFor(id)).toBeLessThanOrEqual(maxTransientRequests);
      else expect(requestsFor(id)).toBe(triesADay);
    }
    expect(printedJson(first)).toMatchObject({ parked: poisoned.size });
    expect(await parkedInStatus(scene)).toEqual(sorted(poisoned.keys()));
    const document = await scene.stored([...poisoned.keys()][0] ?? 0);
    expect(document?.['sync']).toMatchObject({
      streams: {
        state: 'parked',
        tries: triesADay,
        error: expect.stringContaining('Strava') as string,
      },
    });

    const faults = Object.fromEntries(kinds.map((kind) => [kind, simulator.faults.count(kind)]));
    const requests = scene.countedRequests();
    simulator.requests.clear();
    const second = await scene.run('sync', '--json');
    expect(second.exitCode).toBe(0);
    expect([...poisoned.keys()].filter((id) => requestsFor(id) > 0)).toEqual([]);

    simulator.faults.clear();
    const retry = await scene.run('sync', '--retry-parked');
    expect(retry.exitCode, retry.stderr).toBe(0);
    expect([...poisoned.keys()].map(requestsFor)).toEqual([...poisoned].map(() => 1));
    expect(await parkedInStatus(scene)).toEqual([]);
    const { lost, doubled } = await lossesOf(db, simulator, athleteId);
    const fetchedTwice = simulator.requests.fetchedTwice().length;
    reportFaults(inject('faultReport'), {
      scenario: isWhole ? 'poison, with one always cut' : 'poison',
      seed: faultSeed,
      faults,
      requests,
      overLimit: simulator.requests.overLimit().length,
      fetchedTwice,
      lost: lost.length,
      doubled,
      note: `${poisoned.size} parked, then stored by --retry-parked`,
    });
    expect({ lost, doubled, fetchedTwice }).toEqual({ lost: [], doubled: 0, fetchedTwice: 0 });
  },
);
