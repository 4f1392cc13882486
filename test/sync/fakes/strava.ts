/**
 * What Strava sends, and what is known of its quota, as plain objects.
 */
import type { Clock } from '../../../src/clock.ts';
import type { ListedRecord } from '../../../src/domain/activity/activity.ts';
import type { ActivityDetail } from '../../../src/domain/activity/detail.ts';
import type { QuotaState } from '../../../src/domain/rate-limit/quota-state.ts';
import { emptyQuota } from '../../../src/domain/rate-limit/quota-state.ts';
import type { RequestOptions, StravaSource } from '../../../src/sync/ports/source.ts';
import type { QuotaView } from '../../../src/sync/quota-view.ts';
import { dayMs, startMs, windowMs } from './clock.ts';

/** A record of the list. */
export function recordOf(id: number, startAt: Date): ListedRecord {
  return { isUsable: true, summary: { id, startAt, isManual: false, record: { id } } };
}

export const someStreams = { sampleCount: 2, arrays: new Map([['time', [0, 1]]]) };

/** A quota that is spent until the window ends. */
export const spentQuota: QuotaState = {
  ...emptyQuota,
  windows: [
    {
      kind: 'short',
      startMs: Math.floor(startMs / windowMs) * windowMs,
      reserved: 0,
      maxForeign: 0,
      minForeign: 0,
      seen: 0,
      isClosed: true,
    },
  ],
};

/** Notes each request by its kind and by what it is for. */
export function noted(source: StravaSource, sent: (name: string) => void): StravaSource {
  const note = <K extends keyof StravaSource>(kind: string, method: K): StravaSource[K] => {
    const call = (athleteId: number, what: unknown, options: RequestOptions): unknown => {
      sent(`${kind} ${kind === 'list' ? athleteId : String(what)}`);
      return source[method](athleteId, what as never, options);
    };
    return call as StravaSource[K];
  };
  return {
    listPage: note('list', 'listPage'),
    streams: note('streams', 'streams'),
    activity: note('activity', 'activity'),
    activityPart: note('part', 'activityPart'),
    segment: note('segment', 'segment'),
    segmentStreams: note('segment-streams', 'segmentStreams'),
    athlete: note('athlete', 'athlete'),
    athleteList: note('list-of', 'athleteList'),
    gear: note('gear', 'gear'),
  };
}

export const fakeSource: StravaSource = {
  listPage: () => Promise.resolve([]),
  streams: () => Promise.resolve(someStreams),
  activity: (_, id) => Promise.resolve(detailOf(id)),
  activityPart: () => Promise.resolve([]),
  segment: () => Promise.resolve({}),
  segmentStreams: () => Promise.resolve(someStreams),
  athlete: () => Promise.resolve({}),
  athleteList: () => Promise.resolve([]),
  gear: () => Promise.resolve({}),
};

export function detailOf(id: number): ActivityDetail {
  const summary = { id, startAt: new Date(startMs - dayMs), isManual: false, record: { id } };
  return { summary, details: {} };
}

export function fakeQuota(clock: Clock, sent: () => number): QuotaView {
  return {
    settings: {
      short: 100,
      daily: 1_000,
      shortWindowMs: windowMs,
      dailyWindowMs: dayMs,
      isHigherAllowed: false,
      maxInFlightMs: 60_000,
    },
    known: () => emptyQuota,
    refresh: () => Promise.resolve(),
    nowMs: () => clock.nowMs(),
    isClockSuspect: () => false,
    checkTime: () => Promise.resolve(),
    passed: sent,
  };
}
