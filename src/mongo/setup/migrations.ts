/**
 * Brings the database to the version that this program knows, one step at a time and one process at a
 * time. What a step does is not its business.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import type { Lease, LeaseHolder, LeaseStore } from '../../sync/ports/ports.ts';
import type { Mongo } from '../base/connection.ts';
import type { MigrationStep } from './migration-steps.ts';
import { databaseVersion, newestVersion, raiseVersion } from './schema-version.ts';

export interface MigrationOptions {
  /** By the version that they start from. */
  readonly steps: ReadonlyMap<number, MigrationStep>;
  readonly trackSource: TrackSource;
  readonly leases: LeaseStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const leaseName = 'migration';
const pauseMs = 200;

/**
 * Applies the steps that are missing; where another process does, waits for it.
 * @throws DatabaseNewerError before anything is written, the signal's reason when it is stopped (the
 * next start goes on), LeaseLostError where this process slept and another goes on.
 */
export async function migrate(mongo: Mongo, options: MigrationOptions): Promise<void> {
  const { leases, clock, signal } = options;
  for (let turn = 0; (await versionOf(mongo, clock)) < newestVersion; turn += 1) {
    signal.throwIfAborted();
    const lease = await leases.tryAcquire(leaseName);
    if ('epoch' in lease) await applyUnder(lease, mongo, options);
    else {
      if (turn === 0) sayWaiting(options, lease);
      await clock.sleep(pauseMs, signal);
    }
  }
}

function versionOf(mongo: Mongo, clock: Clock): Promise<number> {
  return databaseVersion(mongo, new Date(clock.nowMs()));
}

function sayWaiting({ log }: MigrationOptions, { pid, host }: LeaseHolder): void {
  log.info(`Process ${pid} on ${host} is bringing the database up to date; waiting for it.`);
}

async function applyUnder(lease: Lease, mongo: Mongo, options: MigrationOptions): Promise<void> {
  try {
    const { clock } = options;
    let version = await versionOf(mongo, clock);
    for (; version < newestVersion; version += 1) {
      await applyStep({ lease, mongo, version }, options);
      await raiseVersion(mongo, version, new Date(clock.nowMs()));
    }
  } finally {
    await lease.release();
  }
}

interface Turn {
  readonly lease: Lease;
  readonly mongo: Mongo;
  /** From which version. */
  readonly version: number;
}

async function applyStep(
  { lease, mongo, version }: Turn,
  { steps, trackSource, log, signal }: MigrationOptions,
): Promise<void> {
  const step = steps.get(version);
  if (step === undefined) throw new TypeError(`No step starts from version ${version}.`);
  log.info(`Bringing the database from version ${version} to ${version + 1}.`);
  let count = 0;
  for await (const changed of step({ mongo, trackSource })) {
    count += changed;
    signal.throwIfAborted();
    await lease.assertHeld();
  }
  log.info(`The database is of version ${version + 1}; ${count} documents were changed.`);
}
