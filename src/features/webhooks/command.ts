/**
 * `webhook`: the application's webhook subscription, made, shown and ended. The daemon answers Strava's
 * challenge; the two meet in the database.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import { NotFoundError } from '../../strava-errors.ts';
import type { Program } from '../../program.ts';
import { terminalText } from '../../terminal-text.ts';
import type { Reader } from '../shared/text/time-text.ts';
import { readerOf, timeText } from '../shared/text/time-text.ts';
import type { WebhookSession } from './session.ts';
import { retryUntilDone, withWebhook } from './session.ts';
import { callbackUrlOf, subscribe } from './subscribe.ts';

export interface WebhookOptions {
  readonly json: boolean;
}

/** @throws UsageError, ConfigurationError; SubscriptionExistsError, CallbackRejectedError. */
export async function webhookSubscribe(
  program: Program,
  { callbackUrl: given, json }: WebhookOptions & { readonly callbackUrl: string },
): Promise<ExitCode> {
  const callbackUrl = callbackUrlOf(given);
  const made = await withWebhook(program, (session) => subscribe(session, callbackUrl));
  program.print(json ? JSON.stringify(made) : sayMade(made));
  return exitCodes.done;
}

function sayMade({ id, callbackUrl }: { id: number; callbackUrl: string }): string {
  return [
    `Subscribed (${id}). Strava sends its events to ${callbackUrl}`,
    'Keep that address to yourself: its path is what keeps strangers out.',
  ].join('\n');
}

interface Listed {
  readonly id: number;
  readonly callbackUrl: string;
  readonly createdAt: Date | null;
  /** Whether this database knows it, so that the daemon takes its events. */
  readonly isOurs: boolean;
}

export async function webhookList(program: Program, { json }: WebhookOptions): Promise<ExitCode> {
  const listed = await withWebhook(program, list);
  program.print(json ? JSON.stringify(listed) : sayListed(listed, readerOf(program)));
  return exitCodes.done;
}

async function list(session: WebhookSession): Promise<readonly Listed[]> {
  const { atStrava, here } = session;
  const known = await here.load();
  const found = await retryUntilDone(session, () => atStrava.list());
  return found.map(({ id, callbackUrl, createdAt }) => {
    const isOurs = known?.id === id && known.callbackUrl === callbackUrl;
    return { id, callbackUrl, createdAt: createdAt ?? null, isOurs };
  });
}

function sayListed(listed: readonly Listed[], reader: Reader): string {
  if (listed.length === 0) return 'Strava has no webhook subscription of this application.';
  return listed
    .map(({ id, callbackUrl, createdAt, isOurs }) => {
      const since = createdAt === null ? '' : `, made ${timeText(createdAt, reader)}`;
      const whose = isOurs
        ? 'It is ours: the daemon takes its events.'
        : 'It is not ours: this database knows nothing of it, and the daemon rejects its events.';
      return `Subscription ${id}${since}: ${terminalText(callbackUrl)}\n${whose}`;
    })
    .join('\n');
}

export async function webhookUnsubscribe(
  program: Program,
  { json }: WebhookOptions,
): Promise<ExitCode> {
  const ended = await withWebhook(program, unsubscribe);
  program.print(json ? JSON.stringify({ ended }) : sayEnded(ended));
  return exitCodes.done;
}

function sayEnded(ended: readonly number[]): string {
  return ended.length === 0
    ? 'There was no webhook subscription.'
    : `Unsubscribed (${ended.join(', ')}). The daemon polls the lists by its schedule again.`;
}

/** At Strava first: a subscription forgotten here could not be distinguished from a foreign one. */
async function unsubscribe(session: WebhookSession): Promise<readonly number[]> {
  const { atStrava, here } = session;
  const found = await retryUntilDone(session, () => atStrava.list());
  for (const { id } of found) await retryUntilDone(session, () => end(session, id));
  await here.remove();
  return found.map(({ id }) => id);
}

/** One that is gone was ended by an earlier attempt whose response was lost. */
async function end({ atStrava }: WebhookSession, id: number): Promise<void> {
  try {
    await atStrava.remove(id);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}
