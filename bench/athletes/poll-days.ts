/**
 * The budget for polls on simulated days, with a backlog that does not end: pure, and so the same each time.
 */
import { dayMs, hourMs } from '../../src/domain/duration.ts';
import { planPolls } from '../../src/domain/rate-limit/poll-plan.ts';
import { emptyQuota } from '../../src/domain/rate-limit/quota-state.ts';
import {
  athletesOf,
  backlogPerDay,
  midnightMs,
  quarterMs,
  quotaOf,
  simulateDays,
} from '../../test/domain/rate-limit/simulated-day.ts';

const settings = quotaOf(200, 1_000);

export interface PollDay {
  readonly polls: number;
  /** Requests that a backlog gets. */
  readonly old: number;
  /** The hour and minute (UTC) of the last poll. */
  readonly lastPoll: string;
}

/** The second day: the first begins with nobody polled. */
export function pollDay(count: number, webhookIntervalMs: number): PollDay {
  const { sent } = simulateDays({
    ...{ athletes: athletesOf(count), settings, days: 2, hasUploads: true, webhookIntervalMs },
  });
  const today = sent.filter(({ atMs }) => atMs >= midnightMs + dayMs);
  const polls = today.filter(({ kind }) => kind === 'poll');
  return {
    polls: polls.length,
    old: today.filter(({ kind }) => kind === 'old').length,
    lastPoll: new Date(polls.at(-1)?.atMs ?? Number.NaN).toISOString().slice(11, 16),
  };
}

/** What `--dry-run` and `status` reckon that a backlog gets of a whole day without a webhook. */
export function estimatedOld(count: number): number {
  const facts = { nowMs: midnightMs, state: emptyQuota, settings };
  const plan = planPolls({
    ...{ ...facts, athletes: athletesOf(count), tickIntervalMs: quarterMs },
    ...{ webhookIntervalMs: 0, hasBacklog: true },
  });
  return backlogPerDay(plan, settings);
}

export function pollTable(): readonly string[] {
  const rows = [1, 3, 10, 50, 200, 1_000].map((count) => {
    const days = [pollDay(count, 0), pollDay(count, 2 * hourMs)];
    const cells = days.map(({ polls, old, lastPoll }) => `${polls / 10} % | ${old} | ${lastPoll}`);
    return `| ${count.toLocaleString('en')} | ${cells.join(' | ')} |`;
  });
  return [
    '| athletes | polls | requests for a backlog | last poll | polls with a webhook | requests for a backlog | last poll |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ];
}
