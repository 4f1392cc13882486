/**
 * What the tests of `auth` share: a simulator with two athletes, a program on it, and the stored grants.
 */
import { PassThrough } from 'node:stream';

import { Long } from 'mongodb';
import { afterEach, beforeEach, expect } from 'vitest';

import { auth } from '../../../src/features/auth/command.ts';
import type { Input } from '../../../src/features/auth/details-offer.ts';
import type { AuthOptions } from '../../../src/features/auth/command.ts';
import { DomestiqueError } from '../../../src/errors.ts';
import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/clock.ts';
import { startSimulator } from '../../../src/simulator/api/server.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { useDatabase } from '../../support/mongodb/database.ts';
import type { TestProgram, TestProgramOptions } from '../../support/command/program.ts';
import { createTestProgram } from '../../support/command/program.ts';

export const everyScope = ['read', 'activity:read_all', 'profile:read_all', 'read_all'];

export const athletes = [
  { id: 1001, firstname: 'Anna', lastname: 'Muster', activities: 3, years: 1 },
  { id: 1002, firstname: 'Ben', lastname: 'Beispiel', activities: 3, years: 1 },
];

/** How long an operation of MongoDB may take is no pause that can be shortened. */
export function isDeadline(ms: number): boolean {
  return ms >= 60_000;
}

/** Waits a hundredth of what it is given, and remembers what that was. */
export function createHastyClock(): Clock & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  return {
    ...systemClock,
    sleeps,
    sleep: (ms, signal) => {
      sleeps.push(ms);
      return systemClock.sleep(isDeadline(ms) ? ms : ms / 100, signal);
    },
  };
}

export function useLogins() {
  const database = useDatabase();
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ athletes });
  });
  afterEach(async () => {
    await simulator.close();
    await database.clear();
  });

  const createProgram = (options: TestProgramOptions = {}): TestProgram =>
    createTestProgram({ mongodb: database, strava: simulator, ...options });

  return {
    database,
    simulator: () => simulator,
    createProgram,
    logIn: (
      options: Partial<AuthOptions>,
      program = createProgram(),
      input: Input = new PassThrough(),
    ) => auth(program, { isBrowserWanted: false, isForced: false, ...options }, input),
    storedGrant: (athleteId: number) =>
      database.db.collection('tokens').findOne({ _id: Long.fromNumber(athleteId) }),
    storedAthlete: (athleteId: number) =>
      database.db.collection('athletes').findOne({ _id: Long.fromNumber(athleteId) }),
    countGrants: async () => {
      const counts = ['tokens', 'athletes', 'pending_logins'].map((name) =>
        database.db.collection(name).countDocuments(),
      );
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },
  };
}

/** The error that a login ends with. */
export async function failureOf(login: Promise<unknown>): Promise<DomestiqueError> {
  const outcome = await login.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof DomestiqueError) return outcome;
  expect.fail(`no error of ours: ${String(outcome)}`);
}
