/**
 * The composition of the job: an open database, Strava, and what the settings say to fetch.
 */
import type { Config } from './config/config.ts';
import type { Database, Strava } from './main.ts';
import { maxInFlight } from './main.ts';
import { createTaskStore } from './mongo/tasks/task-store.ts';
import { photoPortsOf } from './photo-files.ts';
import type { Program } from './program.ts';
import type { Job, JobDeps } from './sync/job.ts';
import { createJob } from './sync/job.ts';
import type { KeptKinds } from './sync/ports/tasks.ts';

/** What is kept beside the list. */
export function keptOf({ sync }: Config): KeptKinds {
  return {
    streams: sync.shouldFetchStreams,
    details: sync.shouldFetchDetails,
    segments: sync.shouldFetchSegments,
    athlete: sync.shouldFetchAthlete,
    lists: sync.lists,
    parts: sync.parts,
    sports: sync.sports,
  };
}

export type JobTiming = Pick<JobDeps, 'deadlineMs' | 'tickIntervalMs' | 'webhookIntervalMs'>;

/** The job over an open database and Strava. */
export function openJob(
  program: Program,
  { database, strava }: { database: Database; strava: Strava },
  timing: JobTiming,
): Job {
  const { clock, random, log, config } = program;
  const { activities, athletes, deletions, leases, store } = database;
  const { source, events } = strava;
  return createJob({
    source,
    activities,
    athletes,
    leases,
    tasks: createTaskStore(store, { events, trackSource: config.sync.trackSource }),
    deletions,
    ...photoPortsOf(config, store),
    kept: keptOf(config),
    reconcile: config.reconcile,
    quota: strava.quota,
    clock,
    random,
    log,
    maxInFlight,
    ...timing,
  });
}
