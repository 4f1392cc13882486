/**
 * The part of this process in the sharing of athletes: its worker's document says so, and the documents of
 * the others show how many share and how many athletes with work each holds.
 */
import type { Membership } from '../../sync/ports/leases.ts';
import type { ProcessLeases } from './process-leases.ts';
import { endIfUnused, ensureWorker } from './process-leases.ts';
import { liveWorkers } from './live-workers.ts';

export async function createMembership(own: ProcessLeases, group: string): Promise<Membership> {
  const share = async (athletes: number): Promise<void> => {
    own.sharing = { shares: group, athletes };
    const earlier = await own.worker;
    const worker = await ensureWorker(own);
    // One that is started now, the first or in the place of a lost one, shares from its start.
    if (worker === earlier) await worker.share(own.sharing);
  };
  try {
    await share(0);
  } catch (error) {
    own.sharing = undefined;
    throw error;
  }
  return {
    members: async () => {
      const { id } = await ensureWorker(own);
      const { alive } = await liveWorkers(own.store, { shares: group }, own.options.host);
      return [...alive].map(([other, { athletes = 0 }]) => ({
        isSelf: other === id,
        load: athletes,
      }));
    },
    publish: share,
    leave: async () => {
      own.sharing = undefined;
      const worker = await own.worker;
      if (own.users > 0 || own.held.size > 0) await worker?.share(undefined);
      await endIfUnused(own);
    },
  };
}
