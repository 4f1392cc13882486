/**
 * How often a run looks at what other processes have left for it: often enough for a person who waits, and
 * in tests within their short windows.
 */
import type { Clock } from '../clock.ts';
import type { QuotaView } from './quota-view.ts';

export interface PaceDeps {
  readonly clock: Clock;
  readonly quota: QuotaView;
}

const longestPollMs = 2_000;

/** What it gives back is true now and then. */
export function createPace({ clock, quota }: PaceDeps): () => boolean {
  const paceMs = Math.min(longestPollMs, quota.settings.shortWindowMs / 20);
  let lastMs = clock.monotonicMs();
  return () => {
    if (clock.monotonicMs() - lastMs < paceMs) return false;
    lastMs = clock.monotonicMs();
    return true;
  };
}
