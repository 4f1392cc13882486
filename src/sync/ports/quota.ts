/** The quota's state, changed by compare-and-set: pure functions decide, the store keeps. */
import type { QuotaState } from '../../domain/rate-limit/quota-state.ts';

export interface QuotaStore {
  load(): Promise<QuotaState>;
  /**
   * Applies `change` to the newest state until it could be stored; `undefined` from it leaves the
   * state alone. One write may carry several changes, in the order in which they came. Returns the state
   * that this one left.
   */
  update(change: (state: QuotaState) => QuotaState | undefined): Promise<QuotaState>;
}
