/**
 * The part of this process in the sharing of athletes: its worker's document says so, and the documents of
 * the others show how many share and how many athletes with work each holds.
 */
import type { Membership } from '../../sync/ports/leases.ts';
import type { Holdings } from './holdings.ts';
import { endIfUnused, ensureWorker } from './holdings.ts';
import { liveWorkers } from './live-workers.ts';

export async function createMembership(holdings: Holdings, group: string): Promise<Membership> {
  const share = async (athletes: number): Promise<void> => {
    holdings.sharing = { shares: group, athletes };
    // A worker that was lost is replaced by one that shares from its start.
    await (await ensureWorker(holdings)).share(holdings.sharing);
  };
  try {
    await share(0);
  } catch (error) {
    holdings.sharing = undefined;
    throw error;
  }
  return {
    members: async () => {
      const { id } = await ensureWorker(holdings);
      const { alive } = await liveWorkers(holdings.store, { shares: group }, holdings.options.host);
      return [...alive].map(([other, { athletes = 0 }]) => ({
        isSelf: other === id,
        load: athletes,
      }));
    },
    publish: share,
    leave: async () => {
      holdings.sharing = undefined;
      const worker = await holdings.worker;
      if (holdings.users > 0 || holdings.held.size > 0) await worker?.share(undefined);
      await endIfUnused(holdings);
    },
  };
}
