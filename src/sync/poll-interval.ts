/**
 * How often a run reads what other processes left for it: often enough for a user who waits,
 * and in tests within their short windows.
 */
import type { Clock } from '../clock.ts';
import type { QuotaView } from './quota-view.ts';

export interface PollIntervalDeps {
  readonly clock: Clock;
  readonly quota: QuotaView;
}

const maxPollIntervalMs = 2_000;

/** Returns a function that is true once an interval. */
export function createPollInterval({ clock, quota }: PollIntervalDeps): () => boolean {
  const pollIntervalMs = Math.min(maxPollIntervalMs, quota.settings.shortWindowMs / 20);
  let lastMs = clock.monotonicMs();
  return () => {
    if (clock.monotonicMs() - lastMs < pollIntervalMs) return false;
    lastMs = clock.monotonicMs();
    return true;
  };
}
