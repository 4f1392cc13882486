/**
 * The quota and Strava's time, as a run sees them.
 */
import type { QuotaSettings, QuotaState } from '../domain/rate-limit/quota-state.ts';

/** How the quota looks from here. */
export interface QuotaView {
  readonly settings: QuotaSettings;
  /** The newest state that this process knows. */
  known(): QuotaState;
  /** Reads what other processes have spent meanwhile. */
  refresh(): Promise<void>;
  /** Strava's time, milliseconds since the epoch. */
  nowMs(): number;
  /** Whether our clock jumped: Strava has to name the time first. */
  isClockSuspect(): boolean;
  /** Requests the time from Strava; costs no quota. @throws StravaTransientError */
  checkTime(signal: AbortSignal): Promise<void>;
  /** How many requests this process made. */
  passed(): number;
}
