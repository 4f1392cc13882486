/**
 * The `runs` collection: one document a run, from its start on, so that a run that was killed shows.
 */
import { ObjectId } from 'mongodb';
import type { RepeatedFailure } from '../../domain/monitoring/health.ts';
import { measuredRuns, minMeasured, requestsPerHour } from '../../domain/rate-limit/speed.ts';
import { deletePresent } from '../base/delete-present.ts';
import type { Application } from '../schema/definitions/application.ts';
import { everyApplication, ownedBy } from '../schema/definitions/application.ts';
import type { RunDocument, Store } from '../schema/collections.ts';

export type RunReason = RunDocument['reason'];
export type RunOutcome = NonNullable<RunDocument['outcome']>;

/** The result of a run. */
export interface RunCounts {
  readonly requests: number;
  readonly added: number;
  readonly changed: number;
  readonly streamsStored: number;
  readonly withoutStreams: number;
  readonly parked: number;
  readonly unusableRecords: number;
  readonly failures: number;
  readonly busySeconds: number;
}

export interface RunStart {
  readonly reason: RunReason;
  readonly command: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: Date;
}

export interface RunEnd {
  readonly endedAt: Date;
  readonly outcome: RunOutcome;
  readonly error?: string;
  readonly errorCode?: string;
  /** Absent if the run failed before it had counts. */
  readonly counts?: RunCounts;
}

export interface RunStore {
  start(run: RunStart): Promise<ObjectId>;
  end(id: ObjectId, end: RunEnd): Promise<void>;
  last(): Promise<RunDocument | undefined>;
  /** Why the last run failed, if the one before it failed too; undefined otherwise. */
  repeatedFailure(): Promise<RepeatedFailure | undefined>;
  /** How many requests an hour the last runs made while they worked; undefined where none was long enough. */
  requestsPerHour(): Promise<number | undefined>;
  /** The last time since an instant that Strava rejected the application. */
  lastRejection(since: Date): Promise<{ readonly at: Date; readonly text: string } | undefined>;
  /** Removes the runs of every application that started before an instant. */
  prune(before: Date): Promise<void>;
}

/** The runs of an application. */
export function createRunStore({ runs }: Store, application: Application): RunStore {
  const owner = application === everyApplication ? {} : { client_id: application };
  return {
    start: async ({ reason, command, host, pid, startedAt }) => {
      const _id = new ObjectId();
      const document = { _id, reason, command, ...owner, host, pid, started_at: startedAt };
      await runs.replaceOne({ _id }, document, { upsert: true });
      return _id;
    },
    end: async (_id, { endedAt, outcome, error, errorCode, counts }) => {
      const set = {
        ended_at: endedAt,
        outcome,
        ...(error && { error }),
        ...(errorCode && { error_code: errorCode }),
        ...(counts && { counts: snakeCased(counts) }),
      };
      await runs.updateOne({ _id }, { $set: set });
    },
    last: async () => {
      const found = await runs.findOne(ownedBy(application), { sort: { started_at: -1 } });
      return found ?? undefined;
    },
    repeatedFailure: async () => {
      // A run that goes on has not failed, and says nothing about those before it.
      const ended = { outcome: { $exists: true }, ...ownedBy(application) };
      const [last, before] = await runs
        .find(ended, { sort: { started_at: -1 }, limit: 2 })
        .toArray();
      if (last?.outcome !== 'failed' || before?.outcome !== 'failed') return undefined;
      return { code: last.error_code ?? 'UNEXPECTED', message: last.error ?? 'no reason is known' };
    },
    requestsPerHour: async () => {
      const filter = {
        'counts.requests': { $gte: minMeasured.requests },
        'counts.busy_seconds': { $gte: minMeasured.busySeconds },
        ...ownedBy(application),
      };
      const last = { sort: { started_at: -1 }, limit: measuredRuns } as const;
      const found = await runs.find(filter, last).toArray();
      return requestsPerHour(
        found.map(({ counts }) => ({
          requests: counts?.['requests'] ?? 0,
          busySeconds: counts?.['busy_seconds'] ?? 0,
        })),
      );
    },
    lastRejection: async (since) => {
      const rejected = { started_at: { $gte: since }, error_code: 'APPLICATION_REJECTED' };
      const filter = { ...rejected, ...ownedBy(application) };
      const found = await runs.findOne(filter, { sort: { started_at: -1 } });
      if (found?.ended_at === undefined) return undefined;
      return { at: found.ended_at, text: found.error ?? 'Strava rejects the application.' };
    },
    prune: async (before) => {
      await deletePresent(runs, { started_at: { $lt: before } });
    },
  };
}

function snakeCased(counts: RunCounts): Record<string, number> {
  return {
    requests: counts.requests,
    added: counts.added,
    changed: counts.changed,
    streams_stored: counts.streamsStored,
    without_streams: counts.withoutStreams,
    parked: counts.parked,
    unusable_records: counts.unusableRecords,
    failures: counts.failures,
    busy_seconds: counts.busySeconds,
  };
}
