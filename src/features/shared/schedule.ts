/**
 * The schedule: node-cron calls at each time, and a comparison with the last tick finds the times that it
 * missed (at a change of daylight saving, or while the machine was suspended). It runs nothing itself.
 */
import { createTask, type ScheduledTask } from 'node-cron';
import type { SyncConfig } from '../../config/config.ts';

const minuteMs = 60_000;
const secondMs = 1_000;
const maxScanMs = 24 * 60 * minuteMs;

export type Timetable = Pick<SyncConfig, 'schedule' | 'timezone'>;

function taskOf({ schedule, timezone }: Timetable, onTick: () => void): ScheduledTask {
  return createTask(schedule, onTick, { timezone, suppressMissedWarning: true });
}

/** Milliseconds between the next two times of the schedule. */
export function tickIntervalMs(timetable: Timetable): number {
  const task = taskOf(timetable, () => undefined);
  const [next, afterNext] = task.getNextRuns(2);
  void task.destroy();
  return next && afterNext ? afterNext.getTime() - next.getTime() : maxScanMs;
}

/** The next time of the schedule. */
export function nextTickAt(timetable: Timetable): Date | undefined {
  const task = taskOf(timetable, () => undefined);
  const [next] = task.getNextRuns(1);
  void task.destroy();
  return next;
}

/** Whether the schedule has a time later than `lastMs` and up to `nowMs`. */
export function isOverdue(timetable: Timetable, lastMs: number, nowMs: number): boolean {
  if (nowMs - lastMs > maxScanMs) return true;
  const task = taskOf(timetable, () => undefined);
  const stepMs = timetable.schedule.trim().split(/\s+/).length > 5 ? secondMs : minuteMs;
  let atMs = (Math.floor(lastMs / stepMs) + 1) * stepMs;
  let isFound = false;
  for (; atMs <= nowMs && !isFound; atMs += stepMs) isFound = task.match(new Date(atMs));
  void task.destroy();
  return isFound;
}

/** Calls `onTick` at each time of the schedule until it is stopped. */
export function startSchedule(timetable: Timetable, onTick: () => void): { stop(): void } {
  const task = taskOf(timetable, onTick);
  void task.start();
  return {
    stop: () => {
      void task.destroy();
    },
  };
}
