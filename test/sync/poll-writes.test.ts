/**
 * The writes of a poll that finds nothing new, as MongoDB confirms them.
 */
import type { CommandSucceededEvent } from 'mongodb';
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { useRounds } from '../support/rounds.ts';
import { athleteNamed } from '../support/scene.ts';

const open = useRounds();

afterEach(() => {
  vi.restoreAllMocks();
});

const writing = new Set(['insert', 'update', 'delete', 'findAndModify', 'bulkWrite']);

/** How many write commands a second poll takes, also those that change nothing. */
async function writesOfPoll(athleteCount: number): Promise<number> {
  const athletes = Array.from({ length: athleteCount }, (_, index) =>
    athleteNamed('Ada', 1001 + index, 3),
  );
  const scene = await open({ athletes });
  expect((await scene.round()).exitCode).toBe(0);
  let writes = 0;
  vi.spyOn(MongoClient.prototype, 'emit').mockImplementation((...emitted: unknown[]) => {
    const [name, event] = emitted;
    if (name !== 'commandSucceeded') return false;
    if (writing.has((event as CommandSucceededEvent).commandName)) writes += 1;
    return true;
  });
  const round = await scene.round({ MONGODB_URI: `${inject('mongoUri')}?monitorCommands=true` });
  vi.restoreAllMocks();
  expect(round.requestsTo('list')).toBe(athleteCount);
  return writes;
}

describe('a poll that finds nothing new', () => {
  it('a poll that finds nothing new takes three writes an athlete, and seven for the leases and the run', async () => {
    const [one, five] = [await writesOfPoll(1), await writesOfPoll(5)];
    expect(one).toBeGreaterThan(0);
    // The requests of several athletes may share a write to the quota.
    expect(one).toBeLessThanOrEqual(7 + 3);
    expect(five).toBeLessThanOrEqual(7 + 3 * 5);
  });
});
