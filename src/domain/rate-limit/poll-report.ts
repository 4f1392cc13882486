/**
 * Says how often the lists are polled, and what helps where the quota does not carry the athletes.
 */
import { formatDuration } from '../duration.ts';
import type { PollPlan } from './poll-plan.ts';

/** The budget for polls as `status` shows it; lengths of time in milliseconds. */
export interface PollReport {
  readonly athletes: number;
  /** How many athletes the quota carries: each polled daily, the last time in the day's last hour. */
  readonly carries: number;
  readonly isCarried: boolean;
  /** Polls a day, and the most that they may be. */
  readonly perDay: number;
  readonly maxPerDay: number;
  /** The most polls in a short window. */
  readonly maxPerShortWindow: number;
  /** Between two polls of one athlete, of who is polled most and least often. */
  readonly shortestIntervalMs: number;
  readonly longestIntervalMs: number;
}

export function reportPolls(plan: PollPlan): PollReport {
  const { shares, carries, isCarried, budget, perDay } = plan;
  const rates = shares.map((share) => share.perDay);
  const intervalMs = (rate: number): number =>
    rates.length === 0 ? 0 : Math.round(plan.dayMs / rate);
  return {
    ...{ athletes: shares.length, carries, isCarried },
    perDay: Math.round(perDay),
    maxPerDay: budget.daily,
    maxPerShortWindow: budget.short,
    shortestIntervalMs: intervalMs(rates.reduce((most, rate) => Math.max(most, rate), 0)),
    longestIntervalMs: intervalMs(rates.reduce((least, rate) => Math.min(least, rate), Infinity)),
  };
}

/** One sentence with the numbers and what helps; undefined where the quota carries everybody. */
export function pollShortage(report: PollReport, hasWebhook: boolean): string | undefined {
  const { athletes, carries, isCarried, maxPerDay, longestIntervalMs } = report;
  if (isCarried) return undefined;
  const numbers = `The quota carries daily polls of ${carries} athletes, and ${athletes} have logged in: at most ${maxPerDay} polls a day and ${report.maxPerShortWindow} in a short window`;
  const effect =
    athletes > maxPerDay
      ? `so a list is polled only every ${formatDuration(longestIntervalMs)}`
      : 'so not every list is polled in the last hour of the day';
  const helps = [
    ...(hasWebhook ? [] : ['a webhook (docs/webhooks.md)']),
    ...(athletes > maxPerDay ? [] : ['a longer interval in SYNC_SCHEDULE']),
    'a higher tier of the quota at Strava',
  ];
  return `${numbers}, ${effect}. What helps: ${helps.join(', or ')}.`;
}
