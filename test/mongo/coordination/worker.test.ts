import { once } from 'node:events';
import { hostname } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/clock.ts';
import { takeLeases } from '../../../src/mongo/coordination/lease-documents.ts';
import type { Worker } from '../../../src/mongo/coordination/worker.ts';
import { startWorker } from '../../../src/mongo/coordination/worker.ts';
import { useAdapter } from '../adapter.ts';

const adapter = useAdapter();
const durationMs = 60_000;
let worker: Worker | undefined;

afterEach(async () => {
  await worker?.end();
  await adapter.empty();
});

/** A clock whose sleeps end when the test says so, and whose time the test moves. */
function steered(): Clock & { advance(ms: number): void; wake(): void } {
  let aheadMs = 0;
  let wake = (): void => undefined;
  return {
    nowMs: () => systemClock.nowMs() + aheadMs,
    monotonicMs: () => systemClock.monotonicMs(),
    sleep: async (_, signal) => {
      if (signal?.aborted === true) return;
      const woken = new Promise<void>((done) => {
        wake = done;
      });
      await Promise.race([woken, ...(signal ? [once(signal, 'abort')] : [])]);
    },
    advance: (ms) => {
      aheadMs += ms;
    },
    wake: () => {
      wake();
    },
  };
}

/** A worker with a lease, whose document another process has removed, and how often it was renewed since. */
async function removedWorker(clock: Clock) {
  const { store } = adapter;
  const options = { durationMs, pid: process.pid, host: hostname(), process: 'elsewhere', clock };
  let renewals = 0;
  const onRenewed = (): Promise<void> => {
    renewals += 1;
    return Promise.resolve();
  };
  const started = await startWorker(store, { ...options, sharing: undefined }, onRenewed);
  worker = started;
  await takeLeases(store, ['athlete:1'], { owner: started.id, gone: [] });
  await store.workers.deleteOne({ _id: started.id });
  return { worker: started, renewals: () => renewals };
}

async function expectGone({ id, lost }: Worker): Promise<void> {
  const { workers, leases } = adapter.store;
  expect(lost.aborted).toBe(true);
  expect(await workers.countDocuments()).toBe(0);
  expect(await leases.countDocuments({ owner: id })).toBe(1);
}

describe('a worker whose document was removed while a lease still names it', () => {
  it('a removed worker is lost at its next heartbeat, which does not bring it back', async () => {
    const clock = steered();
    const removed = await removedWorker(clock);
    clock.wake();
    await expect.poll(removed.renewals, { timeout: 30_000 }).toBe(1);
    await expectGone(removed.worker);
  });

  it('a removed worker is lost when it confirms before a write, which does not bring it back', async () => {
    const clock = steered();
    const removed = await removedWorker(clock);
    clock.advance(durationMs);
    await removed.worker.confirm();
    await expectGone(removed.worker);
  });

  it('a removed worker is not brought back by what it says about sharing', async () => {
    const removed = await removedWorker(steered());
    await removed.worker.share({ shares: '12345', athletes: 2 });
    expect(await adapter.store.workers.countDocuments()).toBe(0);
  });
});
