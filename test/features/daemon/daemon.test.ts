import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { DaemonOptions } from '../../../src/features/daemon/daemon.ts';
import { runDaemon } from '../../../src/features/daemon/daemon.ts';
import { createHeartbeat } from '../../../src/features/daemon/heartbeat.ts';
import { isOverdue, nextTickAt, tickIntervalMs } from '../../../src/features/shared/schedule.ts';
import { StravaUnavailableError } from '../../../src/errors.ts';
import { createFakeClock } from '../../sync/fakes/clock.ts';

const everySecond = { schedule: '* * * * * *', timezone: 'UTC' };

/** A daemon that is stopped by its test, with a note of what it did. */
function createDaemon(changes: Partial<DaemonOptions>) {
  const stop = new AbortController();
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => void lines.push(line) });
  const options: DaemonOptions = {
    timetable: everySecond,
    clock: systemClock,
    log,
    signal: stop.signal,
    lastPollAt: undefined,
    prepare: () => Promise.resolve(),
    run: () => Promise.resolve(),
    poll: () => true,
    notify: () => true,
    onEvent: () => undefined,
    hasPendingEvents: false,
    freeDead: () => Promise.resolve({ leases: 0 }),
    leaseDurationMs: 15_000,
    heartbeat: createHeartbeat({ clock: systemClock, requestTimeoutMs: 1_000 }),
    onWatch: () => undefined,
    ...changes,
  };
  return { ended: runDaemon(options), stop, lines };
}

describe('the daemon', () => {
  it('begins with a run if no list was ever polled, and logs a failure with its cause', async () => {
    const cause = new Error('nothing but fog');
    const daemon = createDaemon({
      timetable: { schedule: '0 0 1 1 *', timezone: 'UTC' },
      run: (reason) => {
        expect(reason).toBe('start');
        setImmediate(() => {
          daemon.stop.abort();
        });
        throw new StravaUnavailableError('Strava is away.', { cause });
      },
    });
    await daemon.ended;
    expect(daemon.lines.join('')).toContain('nothing but fog');
  });

  it('ends with a bug instead of logging it at each tick', async () => {
    const bug = new TypeError('undefined is not a function');
    const daemon = createDaemon({ run: () => Promise.reject(bug) });
    await expect(daemon.ended).rejects.toBe(bug);
  });

  it('runs again at once where a tick came too late for the run under way', async () => {
    const reasons: string[] = [];
    const daemon = createDaemon({
      run: async (reason) => {
        reasons.push(reason);
        if (reasons.length > 1) daemon.stop.abort();
        else await polled;
      },
      poll: () => {
        hasPolled();
        return false;
      },
    });
    await daemon.ended;
    expect(reasons).toEqual(['start', 'schedule']);
  });

  it('takes over at once from a process that died, and looks for it no more than it has to', async () => {
    const clock = createFakeClock(Date.parse('2028-02-27T12:00:00Z'));
    const startMs = clock.nowMs();
    const looks: number[] = [];
    const reasons: string[] = [];
    // A worker that has missed a renewal is looked at again when it expires.
    const found = [{ leases: 0 }, { leases: 0, suspectMs: 4_000 }, { leases: 3 }];
    const daemon = createDaemon({
      timetable: { schedule: '0 0 29 2 *', timezone: 'UTC' },
      clock,
      lastPollAt: new Date(startMs),
      freeDead: () => {
        looks.push(clock.nowMs() - startMs);
        return Promise.resolve(found[looks.length - 1] ?? { leases: 0 });
      },
      run: (reason) => {
        reasons.push(reason);
        daemon.stop.abort();
        return Promise.resolve();
      },
    });
    await daemon.ended;
    expect(looks.slice(0, 3)).toEqual([15_000, 30_000, 34_000]);
    expect(reasons).toEqual(['takeover']);
  });

  it('leaves dead processes to the run that is active', async () => {
    const looks: string[] = [];
    const daemon = createDaemon({
      leaseDurationMs: 10,
      freeDead: () => {
        looks.push('look');
        return Promise.resolve({ leases: 0 });
      },
      run: async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(looks).toEqual([]);
        daemon.stop.abort();
      },
    });
    await daemon.ended;
  });

  let hasPolled: () => void = () => undefined;
  const polled = new Promise<void>((done) => {
    hasPolled = done;
  });
});

describe('the schedule', () => {
  const quarterly = { schedule: '*/15 * * * *', timezone: 'UTC' };
  const at = (time: string): number => Date.parse(`2026-03-29T${time}Z`);

  it.each([
    ['10:00:00', '10:14:59', false],
    ['10:00:00', '10:15:00', true],
    ['10:07:00', '10:16:00', true],
    ['10:15:00', '10:15:30', false],
  ])('with a poll at %s is overdue at %s: %s', (last, now, expected) => {
    expect(isOverdue(quarterly, at(last), at(now))).toBe(expected);
  });

  it('finds the daily time that a change of daylight saving skips in its own zone', () => {
    const daily = { schedule: '30 3 * * *', timezone: 'Europe/Vienna' };
    expect(isOverdue(daily, at('00:00:00'), at('01:29:00'))).toBe(false);
    expect(isOverdue(daily, at('00:00:00'), at('01:30:00'))).toBe(true);
  });

  it('is always overdue after more than a day', () => {
    const yearly = { schedule: '0 0 1 1 *', timezone: 'UTC' };
    expect(isOverdue(yearly, at('00:00:00') - 2 * 86_400_000, at('00:00:00'))).toBe(true);
  });

  it('names its interval and its next time', () => {
    expect(tickIntervalMs(quarterly)).toBe(15 * 60_000);
    expect((nextTickAt(quarterly)?.getTime() ?? 1) % (15 * 60_000)).toBe(0);
  });
});
