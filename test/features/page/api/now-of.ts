/**
 * Figures of now for tests of what passes them on.
 */
import type { Now } from '../../../../src/features/page/api/types.ts';

const window = { used: 0, limit: 200, left: 200, reserve: 20, lengthSeconds: 900 };
const resetsAt = '2026-11-22T14:15:00Z';

/** The figures as they were read at a second of a minute. */
export function nowAt(second: number): Now {
  const at = `2026-11-22T14:00:${String(second).padStart(2, '0')}Z`;
  return {
    ...{ version: '0.0.0', at, isStale: false, units: 'metric', athletes: [] },
    quota: { short: { ...window, resetsAt }, daily: { ...window, resetsAt }, opensAt: at },
    toDo: { streams: 0, duration: '', endsAt: null },
    ...{ daemons: [], lastRun: null, nextRunAt: null, needs: [] },
    ...{ recent: [], changes: [], parked: [] },
  };
}
