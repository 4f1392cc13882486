/**
 * The budget for polls as it is now, read from the database: for `status`, estimates and notifications.
 */
import type { PollPlan } from '../../domain/rate-limit/poll-plan.ts';
import { planPolls } from '../../domain/rate-limit/poll-plan.ts';
import type { QuotaState } from '../../domain/rate-limit/quota-state.ts';
import type { Database } from '../../main.ts';
import { quotaSettingsOf } from '../../main.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import type { Program } from '../../program.ts';
import { tickIntervalMs } from './schedule.ts';

export interface PollPlanFacts {
  readonly state: QuotaState;
  readonly nowMs: number;
  readonly hasBacklog: boolean;
  readonly webhookIntervalMs: number;
}

export async function readPollPlan(
  { config }: Pick<Program, 'config'>,
  { athletes }: Pick<Database, 'athletes'>,
  facts: PollPlanFacts,
): Promise<PollPlan> {
  return planPolls({
    ...facts,
    settings: quotaSettingsOf(config),
    athletes: await athletes.polledAthletes(),
    tickIntervalMs: tickIntervalMs(config.sync),
  });
}

/** The minimum between two polls while a webhook reports uploads, in milliseconds; 0 without one. */
export async function readWebhookIntervalMs(
  { config }: Pick<Program, 'config'>,
  { subscriptions }: Pick<Store, 'subscriptions'>,
  clientId: string | undefined,
): Promise<number> {
  if (clientId === undefined) return 0;
  const found = await subscriptions.findOne({ _id: clientId });
  return found?.subscription_id === undefined ? 0 : config.webhook.pollIntervalMs;
}
