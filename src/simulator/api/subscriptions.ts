/**
 * Webhooks: the one subscription an application may have, with its handshake, and the events sent to
 * it: three attempts, no order, no signature.
 */
import type { Clock } from '../../clock.ts';
import { errorResponse, jsonResponse, textResponse, jsonType } from './response.ts';
import type { SimulatedResponse } from './response.ts';
import type { IncomingRequest } from './incoming.ts';
import type { JsonRecord } from './json-text.ts';
import { createRandom } from '../world/random.ts';
import { writeInstant } from '../world/timezones.ts';
import type { WorldEvent } from '../world/world.ts';

/** An event as it is posted. */
export interface PushEvent extends WorldEvent {
  readonly subscription_id: number;
  /** Epoch seconds. */
  readonly event_time: number;
}

/** An event and its attempts. */
export interface SentEvent {
  readonly event: PushEvent;
  /** The status of each attempt; null for none within two seconds. */
  readonly attempts: readonly (number | null)[];
}

export interface Subscriptions {
  respond(request: IncomingRequest, id: string): Promise<SimulatedResponse>;
  /** Notifies the subscription of a change; does nothing without one. */
  emit(event: WorldEvent): void;
  /** Every event so far, in the order in which their sending began. */
  readonly sent: readonly SentEvent[];
  /** Resolves when no event is being sent. */
  settled(): Promise<void>;
  /** Aborts every event that is being sent. */
  stop(): void;
}

export interface SubscriptionDeps {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly seed: number;
  readonly clock: Clock;
  /** Strava waits about a minute; the default here is shorter, for tests. */
  readonly retryDelayMs: number;
}

interface Subscription {
  readonly id: number;
  readonly callbackUrl: string;
  readonly createdAt: string;
}

interface Shared {
  readonly deps: SubscriptionDeps;
  readonly ending: AbortSignal;
  subscription: Subscription | null;
}

const maxAttempts = 3;
const maxResponseMs = 2000;

/** No subscription yet. */
export function createSubscriptions(deps: SubscriptionDeps): Subscriptions {
  const ending = new AbortController();
  const shared: Shared = { deps, ending: ending.signal, subscription: null };
  const sent: SentEvent[] = [];
  const underway = new Set<Promise<void>>();
  return {
    respond: (request, id) => respond(shared, request, id),
    emit: (event) => {
      if (shared.subscription === null) return;
      const { id, callbackUrl } = shared.subscription;
      const eventTime = Math.floor(deps.clock.nowMs() / 1000);
      const attempts: (number | null)[] = [];
      const whole = { ...event, subscription_id: id, event_time: eventTime };
      sent.push({ event: whole, attempts });
      const sending = send(shared, { callbackUrl, body: JSON.stringify(whole), attempts });
      underway.add(sending);
      void sending.finally(() => underway.delete(sending));
    },
    sent,
    settled: async () => {
      while (underway.size > 0) await Promise.all(underway);
    },
    stop: () => {
      ending.abort();
    },
  };
}

async function respond(
  shared: Shared,
  request: IncomingRequest,
  id: string,
): Promise<SimulatedResponse> {
  const { deps, subscription } = shared;
  const { fields, method } = request;
  const isClient =
    fields.get('client_id') === deps.clientId && fields.get('client_secret') === deps.clientSecret;
  if (!isClient) return errorResponse(400, ['Application', 'client_id', 'invalid']);
  if (method === 'POST') return subscribe(shared, request);
  if (method === 'GET') {
    return jsonResponse(subscription === null ? [] : [describe(subscription, deps.clientId)]);
  }
  if (subscription?.id !== Number(id))
    return errorResponse(404, ['PushSubscription', 'id', 'invalid']);
  shared.subscription = null;
  return textResponse(204, '', jsonType);
}

async function subscribe(shared: Shared, { fields }: IncomingRequest): Promise<SimulatedResponse> {
  const { deps } = shared;
  if (shared.subscription !== null) return reject('', 'already exists');
  const callbackUrl = fields.get('callback_url') ?? '';
  if (!URL.canParse(callbackUrl)) return reject('callback url', 'invalid');
  const challenge = createRandom(deps.seed, callbackUrl, 'challenge').hex(16);
  const url = new URL(callbackUrl);
  url.searchParams.set('hub.mode', 'subscribe');
  url.searchParams.set('hub.challenge', challenge);
  url.searchParams.set('hub.verify_token', fields.get('verify_token') ?? '');
  if (!(await echoes(url, challenge, shared.ending)))
    return reject('callback url', 'not verifiable');
  const id = createRandom(deps.seed, callbackUrl, 'subscription').integer(100_000, 999_999);
  shared.subscription = { id, callbackUrl, createdAt: writeInstant(deps.clock.nowMs()) };
  return jsonResponse({ id }, 201);
}

async function echoes(url: URL, challenge: string, ending: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: deadline(ending), redirect: 'error' });
    const body: unknown = await response.json();
    if (response.status !== 200 || typeof body !== 'object' || body === null) return false;
    return 'hub.challenge' in body && body['hub.challenge'] === challenge;
  } catch {
    return false;
  }
}

async function send(
  { deps, ending }: Shared,
  post: { callbackUrl: string; body: string; attempts: (number | null)[] },
): Promise<void> {
  while (post.attempts.length < maxAttempts && !ending.aborted) {
    if (post.attempts.length > 0) await deps.clock.sleep(deps.retryDelayMs, ending);
    const status = await postOnce(post, ending);
    post.attempts.push(status);
    if (status === 200) return;
  }
}

async function postOnce(
  { callbackUrl, body }: { callbackUrl: string; body: string },
  ending: AbortSignal,
): Promise<number | null> {
  const headers = { 'Content-Type': 'application/json' };
  try {
    const response = await fetch(callbackUrl, {
      method: 'POST',
      headers,
      body,
      signal: deadline(ending),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

function deadline(ending: AbortSignal): AbortSignal {
  return AbortSignal.any([ending, AbortSignal.timeout(maxResponseMs)]);
}

function describe({ id, callbackUrl, createdAt }: Subscription, clientId: string): JsonRecord {
  return {
    id,
    resource_state: 2,
    application_id: Number(clientId),
    callback_url: callbackUrl,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

function reject(field: string, code: string): SimulatedResponse {
  return errorResponse(400, ['PushSubscription', field, code]);
}
