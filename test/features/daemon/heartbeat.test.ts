import { describe, expect, it } from 'vitest';
import { createHeartbeat } from '../../../src/features/daemon/heartbeat.ts';
import { assessLoops } from '../../../src/domain/monitoring/health.ts';

const minuteMs = 60_000;

/** A heartbeat on a clock that only the test moves on. */
function createPatient() {
  let nowMs = 7_000;
  const heartbeat = createHeartbeat({
    clock: { monotonicMs: () => nowMs },
    requestTimeoutMs: minuteMs,
  });
  const isLive = (): boolean => assessLoops(heartbeat.loops()).isHealthy;
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { heartbeat, isLive, pass };
}

describe('the heartbeat', () => {
  it('the daemon is live while it starts, however long that takes', () => {
    const { heartbeat, isLive, pass } = createPatient();
    pass(600 * minuteMs);
    heartbeat.turned();
    expect(isLive()).toBe(true);
  });

  it('the daemon is live while the schedule is watched, and again once it is watched again', () => {
    const { heartbeat, isLive, pass } = createPatient();
    for (let turn = 0; turn < 20; turn += 1) {
      heartbeat.watched();
      pass(minuteMs);
      expect(isLive()).toBe(true);
    }
    pass(5 * minuteMs);
    expect(isLive()).toBe(false);
    heartbeat.watched();
    expect(isLive()).toBe(true);
  });

  it('the daemon is not live if a run is stuck, although the schedule is watched', () => {
    const { heartbeat, isLive, pass } = createPatient();
    heartbeat.runBegan();
    const watchFor = (minutes: number): void => {
      for (let minute = 0; minute < minutes; minute += 1) {
        pass(minuteMs);
        heartbeat.watched();
      }
    };
    watchFor(7);
    expect(isLive()).toBe(true);
    heartbeat.turned();
    watchFor(8);
    expect(isLive()).toBe(true);
    watchFor(1);
    expect(isLive()).toBe(false);
    heartbeat.runEnded();
    watchFor(60);
    expect(isLive()).toBe(true);
  });
});
