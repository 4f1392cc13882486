/**
 * Lets `status` know that the daemon runs, also between two runs: says so in the database once a minute.
 */
import { randomUUID } from 'node:crypto';
import { minuteMs } from '../../domain/duration.ts';
import { DomestiqueError } from '../../errors.ts';
import { announceDaemon, withdrawDaemon } from '../../mongo/coordination/daemons.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import type { Program } from '../../program.ts';

export interface Presence {
  /** Announces the daemon if the last time is a minute ago, without waiting for it. */
  readonly renewIfDue: () => void;
  /** The daemon stops. */
  readonly end: () => Promise<void>;
}

const renewMs = minuteMs;
/** One renewal may come late. */
const durationMs = 2.5 * renewMs;

export function createPresence(
  { clock, host, pid, owner }: Program,
  store: Store,
  { clientId, page }: { readonly clientId: string; readonly page: string | undefined },
): Presence {
  const identity = {
    ...{ id: randomUUID(), clientId, host, pid, process: owner },
    ...(page !== undefined && { page }),
  };
  let renewedAtMs: number | undefined;
  let renewing: Promise<void> | undefined;
  return {
    renewIfDue: () => {
      const nowMs = clock.monotonicMs();
      if (renewedAtMs !== undefined && nowMs - renewedAtMs < renewMs) return;
      renewing ??= unlessAway(() => announceDaemon(store, identity, durationMs)).finally(() => {
        renewing = undefined;
      });
      renewedAtMs = nowMs;
    },
    end: async () => {
      await renewing;
      await unlessAway(() => withdrawDaemon(store, identity.id));
    },
  };
}

/** Without MongoDB the document expires by itself. */
async function unlessAway(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof DomestiqueError)) throw error;
  }
}
