/**
 * Answers of the list and of the token endpoint that go wrong, one of each kind; those for streams are in
 * ../end-to-end/faults.test.ts, and all of them at random in ../faults.
 */
import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../src/simulator/api/fault-kinds.ts';
import { useRounds } from '../support/rounds.ts';
import { storedIds, trueIds } from '../support/scene.ts';

/** What the list's own reading tells from transient failures in general. */
const listFaults: readonly FaultKind[] = [
  'truncated',
  'cut-json',
  'wrong-content-type',
  'html-200',
  'hang',
  'malformed',
  'wrong-shape',
  'empty-list',
  'rate-limit',
];
/** A 429 closes a window: a short one does not make a test wait. */
const quota = { short: 500, daily: 5_000, shortWindowMs: 1_000, dailyWindowMs: 10_000 };
const config = {
  STRAVA_TIMEOUT: '1500ms',
  STRAVA_QUOTA_SHORT: '500',
  STRAVA_QUOTA_SHORT_WINDOW: '1s',
  STRAVA_QUOTA_DAILY_WINDOW: '10s',
};

describe.concurrent('one bad response', () => {
  const open = useRounds();

  it.each(listFaults)(
    'a %s in the middle of the list neither ends nor shortens it',
    async (kind) => {
      const listOnly = { ...config, SYNC_STREAMS: 'false' };
      const scene = await open({ activities: 250, quota, config: listOnly });
      const { faults } = scene.simulator;
      faults.next(kind, 1, ({ endpoint, query }) => endpoint === 'list' && query.has('before'));
      const { exitCode, program } = await scene.round();
      expect(exitCode, program.logged()).toBe(0);
      expect(faults.count(kind)).toBe(1);
      expect(await storedIds(scene.db)).toEqual(trueIds(scene.simulator));
    },
  );

  it.each(['html-200', 'empty-list', 'malformed', 'wrong-shape'] satisfies FaultKind[])(
    'a %s for the newest page deletes nothing that is stored',
    async (kind) => {
      const scene = await open({ activities: 12, quota, config });
      await scene.round();
      scene.simulator.faults.next(kind, 1, { endpoint: 'list' });
      const { exitCode, program } = await scene.round();
      expect(exitCode, program.logged()).toBe(0);
      expect(await scene.differences()).toEqual([]);
    },
  );

  it.each(['html-200', 'html-502', 'error-json', 'malformed', 'hang'] satisfies FaultKind[])(
    'a %s instead of a token is requested again',
    async (kind) => {
      const scene = await open({ activities: 3, quota, config });
      scene.simulator.faults.next(kind, 1, { endpoint: 'token' });
      const { exitCode, program } = await scene.round();
      expect(exitCode, program.logged()).toBe(0);
      expect(scene.simulator.requests.tokenRefreshes()).toBe(2);
      expect(await scene.differences()).toEqual([]);
    },
  );
});
