/**
 * The quota as this process knows and writes it. A response's settlement is written with the next
 * reservation, or a quarter of a second later. Other processes cannot tell that from a response that took
 * so much longer; and one that is lost in a crash leaves its request charged and in flight.
 */
import type { Clock } from '../clock.ts';
import { leftIn } from '../domain/rate-limit/quota.ts';
import type { Settlement } from '../domain/rate-limit/quota-feedback.ts';
import { settle } from '../domain/rate-limit/quota-feedback.ts';
import type { QuotaSettings, QuotaState } from '../domain/rate-limit/quota-state.ts';
import { emptyQuota, windowKinds } from '../domain/rate-limit/quota-state.ts';
import type { QuotaStore } from '../sync/ports/quota.ts';

/** How long a settlement may wait for a reservation. */
export const maxHeldMs = 250;

export interface LedgerOptions {
  readonly store: QuotaStore;
  readonly settings: QuotaSettings;
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
}

export interface Ledger {
  /** The newest state that this process knows, with its settlements that are not written yet. */
  known(): QuotaState;
  /** Reads what other processes have spent. */
  refresh(): Promise<void>;
  /** Changes the quota as `QuotaStore.update` does, after the settlements that wait, in the same write. */
  update(change: (state: QuotaState) => QuotaState | undefined): Promise<QuotaState>;
  /**
   * Settles a request. Where the settlement may wait, it is written later, unless it leaves less of the
   * quota than was known: then other processes have to know it at once.
   */
  settle(settlement: Settlement, options: { readonly mayWait: boolean }): Promise<void>;
  /** Writes the settlements that wait. */
  flush(): Promise<void>;
}

interface Held {
  readonly settlement: Settlement;
  readonly sinceMs: number;
}

export function createLedger({ store, settings, clock }: LedgerOptions): Ledger {
  let known: QuotaState = emptyQuota;
  let held: readonly Held[] = [];
  let updateCount = 0;
  let isWaiting = false;
  let waking = new AbortController();

  const withHeld = (state: QuotaState): QuotaState =>
    held.reduce((settled, { settlement }) => settle(settled, settlement, settings), state);

  const update: Ledger['update'] = async (change) => {
    let written: readonly Held[] = [];
    const state = await store.update((stored) => {
      written = held;
      const settled = withHeld(stored);
      return change(settled) ?? (written.length > 0 ? settled : undefined);
    });
    held = held.filter((one) => !written.includes(one));
    updateCount += 1;
    known = withHeld(state);
    return known;
  };

  const flush = async (): Promise<void> => {
    if (held.length === 0) return;
    await update(() => undefined);
    waking.abort();
    waking = new AbortController();
  };

  const writeLater = async (): Promise<void> => {
    if (isWaiting) return;
    isWaiting = true;
    try {
      for (let [oldest] = held; oldest !== undefined; [oldest] = held) {
        const leftMs = oldest.sinceMs + maxHeldMs - clock.monotonicMs();
        await (leftMs > 0 ? clock.sleep(leftMs, waking.signal) : flush());
      }
    } catch {
      // What could not be written is still held: whoever updates or flushes next meets the failure.
    } finally {
      isWaiting = false;
    }
  };

  return {
    known: () => known,
    refresh: async () => {
      const countBefore = updateCount;
      const stored = await store.load();
      // What was read before an update ended may be older than what that update left.
      if (updateCount === countBefore) known = withHeld(stored);
    },
    update,
    settle: async (settlement, { mayWait }) => {
      const before = known;
      held = [...held, { settlement, sinceMs: clock.monotonicMs() }];
      known = settle(before, settlement, settings);
      const isUrgent = leavesLess(known, before, settlement.atMs, settings);
      if (mayWait && !isUrgent) void writeLater();
      else await flush();
    },
    flush,
  };
}

function leavesLess(
  after: QuotaState,
  before: QuotaState,
  nowMs: number,
  settings: QuotaSettings,
): boolean {
  return windowKinds.some(
    (kind) => leftIn(kind, after, nowMs, settings) < leftIn(kind, before, nowMs, settings),
  );
}
