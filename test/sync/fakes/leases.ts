/**
 * Leases that are free, without a database.
 */
import type { Lease, LeaseHolder, LeaseStore } from '../../../src/sync/ports/leases.ts';

export function createFakeLease(changes: Partial<Lease> = {}): Lease {
  return {
    epoch: 1,
    signal: new AbortController().signal,
    assertHeld: () => Promise.resolve(),
    release: () => Promise.resolve(),
    ...changes,
  };
}

/** Every lease is free, but for what `changes` does; notes what is released. */
export function createFakeLeases(
  released: string[] = [],
  changes: Partial<LeaseStore> = {},
): LeaseStore {
  const tryAcquire: LeaseStore['tryAcquire'] =
    changes.tryAcquire ??
    ((name) => {
      const release = () => Promise.resolve(void released.push(name));
      return Promise.resolve(createFakeLease({ release }));
    });
  return {
    tryAcquire,
    acquireAll: async (names) => {
      const leases = new Map<string, Lease>();
      const held = new Map<string, LeaseHolder>();
      for (const name of names) {
        const found = await tryAcquire(name);
        if ('epoch' in found) leases.set(name, found);
        else held.set(name, found);
      }
      return { leases, held };
    },
    heldWith: () => Promise.resolve(new Map()),
    releaseAll: async (leases) => {
      for (const lease of leases) await lease.release();
    },
    join: () => Promise.reject(new Error('Nothing is shared here.')),
    freeDead: () => Promise.resolve({ leases: 0 }),
    ...changes,
  };
}
