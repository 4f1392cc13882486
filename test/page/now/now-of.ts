/**
 * The figures of now for tests.
 */
import type { AthleteNow, Now } from '../../../src/features/page/api/types/now.ts';

export const nowMs = Date.parse('2026-11-26T12:00:00Z');

export function athleteOf(changes: Partial<AthleteNow> = {}): AthleteNow {
  return {
    ...{ id: '7', name: 'Ann', activities: 1_300, unusableRecords: 0, streamsOfExport: 300 },
    streams: { stored: 900, pending: 300, none: 80, parked: 20 },
    streamsToDo: 300,
    listedSince: '1970-01-01T00:00:00Z',
    newestStart: '2026-11-25T06:00:00Z',
    oldestStart: '2012-05-01T06:00:00Z',
    polledAt: '2026-11-26T11:55:00Z',
    ...{ isLoggedIn: true, hasExport: true, needsAuthorization: null, deauthorizedAt: null },
    ...changes,
  };
}

export function nowOf(changes: Partial<Now> = {}): Now {
  const at = new Date(nowMs).toISOString();
  const used = { used: 150, limit: 200, left: 50, reserve: 20 };
  return {
    ...{ version: '1.2.3', at, isStale: false, units: 'metric', athletes: [athleteOf()] },
    quota: {
      short: { ...used, resetsAt: '2026-11-26T12:15:00Z', lengthSeconds: 900 },
      daily: { ...used, resetsAt: '2026-11-27T00:00:00Z', lengthSeconds: 86_400 },
      opensAt: at,
    },
    toDo: { streams: 300, duration: '2 hours', endsAt: '2026-11-26T14:00:00Z' },
    daemons: [{ host: 'box', startedAt: '2026-11-20T10:00:00Z' }],
    lastRun: {
      startedAt: '2026-11-26T11:55:00Z',
      endedAt: '2026-11-26T11:56:00Z',
      outcome: 'completed',
    },
    nextRunAt: '2026-11-26T12:10:00Z',
    ...{ needs: [], recent: [], changes: [], parked: [] },
    ...changes,
  };
}

/** The figures as they were read at a second of a minute. */
export function nowAt(second: number): Now {
  return nowOf({ at: `2026-11-26T12:00:${String(second).padStart(2, '0')}Z` });
}
