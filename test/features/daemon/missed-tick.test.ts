import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { runDaemon } from '../../../src/features/daemon/daemon.ts';
import { createFakeClock } from '../../sync/fakes/clock.ts';

/** A time that node-cron's own clock does not reach during the test. */
const leapDay = { schedule: '0 0 29 2 *', timezone: 'UTC' };

/** The runs of a daemon that starts at `from` and watches the schedule so many minutes: why and when. */
async function runsOf(from: string, minutes: number): Promise<readonly string[]> {
  const clock = createFakeClock(Date.parse(from));
  const stop = new AbortController();
  const runs: string[] = [];
  let watched = 0;
  const onWatch = (): void => {
    watched += 1;
    if (watched > minutes) stop.abort();
  };
  const nothing = (): void => undefined;
  await runDaemon({
    timetable: leapDay,
    clock,
    log: pino({ level: 'silent' }),
    signal: stop.signal,
    lastPollAt: new Date(clock.nowMs()),
    run: (reason) => {
      runs.push(`${reason} at ${new Date(clock.nowMs()).toISOString()}`);
      return Promise.resolve();
    },
    prepare: () => Promise.resolve(),
    poll: () => false,
    notify: () => false,
    onEvent: nothing,
    hasPendingEvents: false,
    freeDead: () => Promise.resolve({ leases: 0 }),
    leaseDurationMs: 60_000,
    heartbeat: { watched: nothing, runBegan: nothing, runEnded: nothing },
    onWatch,
  });
  return runs;
}

describe('a tick that the schedule dropped', () => {
  it('a dropped tick is caught up once, within two minutes', async () => {
    const runs = await runsOf('2028-02-28T23:59:30Z', 60);
    expect(runs).toEqual(['schedule at 2028-02-29T00:01:30.000Z']);
  });

  it('a late tick is left to the schedule for a minute', async () => {
    expect(await runsOf('2028-02-28T23:59:30Z', 1)).toEqual([]);
  });

  it('no tick is caught up if no time of the schedule has passed', async () => {
    expect(await runsOf('2028-02-27T12:00:00Z', 60)).toEqual([]);
  });
});
