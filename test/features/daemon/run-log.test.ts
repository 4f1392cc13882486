import { beforeEach, describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../../src/domain/duration.ts';
import { StravaUnavailableError } from '../../../src/errors.ts';
import type { RunLog } from '../../../src/features/daemon/run-log.ts';
import { createRunLog } from '../../../src/features/daemon/run-log.ts';
import type { RunStats } from '../../../src/sync/run-stats.ts';
import { emptyStats } from '../../../src/sync/run-stats.ts';
import { createFakeClock } from '../../sync/fakes/clock.ts';
import { createTestProgram } from '../../support/command/program.ts';

const backlog = { left: 7, isListKnown: true };
const silentReporter = { progress: () => undefined, waiting: () => undefined };

let clock: ReturnType<typeof createFakeClock>;
let program: ReturnType<typeof createTestProgram>;
let runLog: RunLog;

beforeEach(() => {
  clock = createFakeClock(Date.parse('2026-11-25T20:00:00Z'));
  program = createTestProgram({ clock });
  runLog = createRunLog(program);
});

function lines(): readonly { level: string; msg: string; [field: string]: unknown }[] {
  return program
    .logged()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ReturnType<typeof lines>[number]);
}

function ended(stats: Partial<RunStats>, held = new Map<number, { pid: number; host: string }>()) {
  const result = { stats: { ...emptyStats, ...stats }, held, stopped: new Map() };
  runLog.ended({ ...result, isInterrupted: false });
}

describe("the daemon's log of its runs", () => {
  it('has one line of the level info for a run that stored something', () => {
    ended({ requests: 3, added: 1, listed: 200, streamsStored: 1, recordsStored: 2 });
    expect(lines()).toMatchObject([{ level: 'info', requests: 3, added: 1, streams: 1 }]);
    expect(lines()[0]?.msg).toMatch(
      /^Run done: 1 new, 0 changed, 1 stream, 2 other records; next poll 2/,
    );
  });

  it('has a line of the level debug for a run that only polled the list', () => {
    ended({ requests: 1, listed: 200, busySeconds: 1 });
    expect(lines().map(({ level }) => level)).toEqual(['debug']);
  });

  it.each(['changed', 'parked', 'deleted', 'failures', 'withoutStreams'] as const)(
    'has a line of the level info for a run with %s',
    (key) => {
      ended({ requests: 1, [key]: 1 });
      expect(lines().map(({ level }) => level)).toEqual(['info']);
    },
  );

  it('names the other process that has the athletes once, and again when it is another', () => {
    const holder = (pid: number) => new Map([[1001, { pid, host: 'here' }]]);
    for (const pid of [7, 7, 8]) ended({}, holder(pid));
    const held = lines().filter(({ msg }) => msg.includes('left to'));
    expect(held.map(({ level }) => level)).toEqual(['info', 'debug', 'info']);
  });

  it('says once that nobody has logged in', () => {
    for (let tick = 0; tick < 3; tick += 1) runLog.idle('Nobody has logged in yet.');
    expect(lines().map(({ level }) => level)).toEqual(['warn', 'debug', 'debug']);
  });

  it('summarizes the day once after its end, with the run that still goes on and the failed ones', async () => {
    ended({ requests: 5, added: 2, streamsStored: 2 });
    runLog.failed(new StravaUnavailableError('Strava is away.'));
    runLog.summarizeIfDue();
    expect(lines()).toHaveLength(1);
    const reporter = runLog.observe(silentReporter);
    reporter.progress({ ...emptyStats, requests: 10, added: 3 }, backlog);
    reporter.progress({ ...emptyStats, requests: 20, added: 4, failures: 1 }, backlog);
    await clock.sleep(5 * hourMs);
    runLog.summarizeIfDue();
    runLog.summarizeIfDue();
    expect(lines().slice(1)).toMatchObject([
      {
        level: 'info',
        since: '2026-11-25T20:00:00.000Z',
        ...{ requests: 25, added: 6, streams: 2, failures: 1 },
        failedRuns: { STRAVA_UNAVAILABLE: 1 },
        msg: 'Since 2026-11-25 20:00 UTC: 6 new, 0 changed, 2 streams, 1 failed request; 25 requests made; failed runs: 1 of STRAVA_UNAVAILABLE.',
      },
    ]);
    ended({ requests: 22, added: 4, failures: 1 });
    await clock.sleep(dayMs);
    runLog.summarizeIfDue();
    expect(lines().at(-1)).toMatchObject({ requests: 2, added: 0, failures: 0, failedRuns: {} });
  });
});
