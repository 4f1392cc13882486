/**
 * Makes the webhook subscription. What the daemon needs to respond to Strava's challenge is stored first; it
 * is removed again where nothing comes of it.
 */
import { randomBytes } from 'node:crypto';
import { commandLine } from '../../domain/invocation.ts';
import { CallbackRejectedError, SubscriptionExistsError } from '../../strava-errors.ts';
import type { PushSubscription } from '../../strava/subscriptions.ts';
import type { Subscription } from '../../sync/ports/subscriptions.ts';
import { readCallbackUrl } from './callback-url.ts';
import type { WebhookSession } from './session.ts';
import { retryUntilDone } from './session.ts';

export interface Subscribed {
  readonly id: number;
  readonly callbackUrl: string;
}

/** A secret word for a URL or a token: 24 random bytes. */
export function createSecret(): string {
  return randomBytes(24).toString('base64url');
}

/** @throws SubscriptionExistsError, CallbackRejectedError with what to do. */
export async function subscribe(session: WebhookSession, callbackUrl: string): Promise<Subscribed> {
  const { atStrava, here, program } = session;
  const created = new Date(program.clock.nowMs());
  const made = { callbackUrl, verifyToken: createSecret(), createdAt: created };
  const [existing] = await retryUntilDone(session, () => atStrava.list());
  if (existing) return pickUp(session, existing, made);
  await here.save(made);
  try {
    const id = await retryUntilDone(session, () => atStrava.create(made));
    await here.save({ ...made, id });
    return { id, callbackUrl };
  } catch (error) {
    return await recover(session, made, error);
  }
}

/** If the response was lost, the subscription at Strava is the requested one: pick it up. */
async function recover(
  session: WebhookSession,
  made: Subscription,
  error: unknown,
): Promise<Subscribed> {
  const { atStrava, here } = session;
  if (error instanceof SubscriptionExistsError) {
    const [existing] = await retryUntilDone(session, () => atStrava.list());
    if (existing?.callbackUrl === made.callbackUrl) return pickUp(session, existing, made);
  }
  await here.remove();
  if (error instanceof CallbackRejectedError) throw notVerified(error);
  if (error instanceof SubscriptionExistsError) throw exists(error);
  throw error;
}

async function pickUp(
  { here }: WebhookSession,
  { id, callbackUrl }: PushSubscription,
  made: Subscription,
): Promise<Subscribed> {
  if (callbackUrl !== made.callbackUrl) throw exists();
  await here.save({ ...made, id });
  return { id, callbackUrl };
}

function exists(cause?: unknown): SubscriptionExistsError {
  return new SubscriptionExistsError(
    `The application has a webhook subscription already, and Strava allows one. See it with: ${commandLine('webhook', 'list')}; end it with: ${commandLine('webhook', 'unsubscribe')}`,
    { cause },
  );
}

function notVerified(cause: CallbackRejectedError): CallbackRejectedError {
  return new CallbackRejectedError(
    `Strava sent its challenge to the callback URL and got no correct response within two seconds. Check that the daemon runs (${commandLine('start')}), on this database, and that the proxy at the callback URL hands every path on to its HTTP_HOST and HTTP_PORT unchanged. Nothing was left behind; give the command again.`,
    { cause },
  );
}

/** @throws UsageError */
export function callbackUrlOf(text: string): string {
  return readCallbackUrl(text, createSecret());
}
