import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { AthleteHeldError } from '../../../src/errors.ts';
import { whileExclusive } from '../../../src/features/shared/exclusive-athlete.ts';
import type { Database } from '../../../src/main.ts';
import type { Lease, LeaseHolder } from '../../../src/sync/ports/leases.ts';
import { createTestProgram } from '../../support/command/program.ts';

const undone = 'Nothing was imported';
const other: LeaseHolder = { host: 'nas', pid: 4711 };

/** An athlete whom another process syncs for so long, or imports; a sleep takes no time. */
function heldFor(heldMs: number, isImported = false) {
  let nowMs = 0;
  const events: string[] = [];
  const sleep = (ms: number): Promise<void> => {
    nowMs += ms;
    return Promise.resolve();
  };
  const leaseOf = (name: string): Lease => ({
    epoch: 7,
    signal: new AbortController().signal,
    assertHeld: () => Promise.resolve(),
    release: () => {
      events.push(`${name} released`);
      return Promise.resolve();
    },
  });
  const database = {
    leases: {
      tryAcquire: (name: string) => {
        const isHeld = nowMs < heldMs && (name === 'import:1001') === isImported;
        return Promise.resolve(isHeld ? other : leaseOf(name));
      },
    },
    athletes: {
      take: (athleteId: number, epoch: number) => {
        events.push(`athlete ${athleteId} taken under ${epoch}`);
        return Promise.resolve();
      },
    },
  } as unknown as Database;
  const program = createTestProgram({
    clock: { ...systemClock, monotonicMs: () => nowMs, sleep },
  });
  const work = (): Promise<string> => {
    events.push('imported');
    return Promise.resolve('done');
  };
  const run = (failIfHeld = false): Promise<string> =>
    whileExclusive(program, database, { athleteId: 1001, failIfHeld, undone }, work);
  return { run, events, program, waitedMs: () => nowMs };
}

describe('the lease of an import or a rebuild', () => {
  it('the lease of an import or a rebuild is taken with the athlete, and released after the work', async () => {
    const { run, events } = heldFor(0);
    expect(await run()).toBe('done');
    expect(events).toEqual([
      'athlete 1001 taken under 7',
      'imported',
      'athlete:1001 released',
      'import:1001 released',
    ]);
  });

  it('the lease of an import or a rebuild is waited for where another import has the athlete, as where a sync has', async () => {
    const { run, program, events } = heldFor(59_000, true);
    await run();
    expect(events).toContain('imported');
    expect(program.logged()).toContain(
      'is importing or rebuilding athlete 1001; waiting until it is done.',
    );
    const long = heldFor(61_000, true);
    await expect(long.run()).rejects.toThrow(
      /^Process 4711 on nas is importing or rebuilding athlete 1001\. /,
    );
    expect(long.events).toEqual([]);
    await expect(heldFor(1_000, true).run(true)).rejects.toThrow(AthleteHeldError);
  });

  it('the lease of an import or a rebuild is waited for up to a minute, which the log says once', async () => {
    const { run, program, events } = heldFor(59_000);
    await run();
    expect(events).toContain('imported');
    const waiting = program.logged().match(/Process 4711 on nas is syncing athlete 1001; waiting/g);
    expect(waiting).toHaveLength(1);
  });

  it('the lease of an import or a rebuild is given up after a minute, or at once where nobody wants to wait', async () => {
    const long = heldFor(61_000);
    await expect(long.run()).rejects.toThrow(AthleteHeldError);
    expect(long.waitedMs()).toBeGreaterThanOrEqual(60_000);
    const hurried = heldFor(1_000);
    await expect(hurried.run(true)).rejects.toThrow(
      /^Process 4711 on nas is syncing athlete 1001\. Nothing was imported: /,
    );
    expect(hurried.waitedMs()).toBe(0);
    const released = 'import:1001 released';
    expect([...long.events, ...hurried.events]).toEqual([released, released]);
  });
});
