/**
 * Strava's webhook: responds to the challenge, and stores each event before acknowledging it. It makes no
 * request to Strava: an event has no signature, so it is untrusted, and taken only at a secret path, of the known
 * subscription, about a known athlete. Everything else gets the response of an unknown path.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import type { JsonValue } from '../../domain/json.ts';
import { parseJson } from '../../domain/json.ts';
import type { Aspect, DeauthorizationEvent, PushEvent } from '../../domain/webhook/push-event.ts';
import { readPushEvent } from '../../domain/webhook/push-event.ts';
import { DomestiqueError } from '../../errors.ts';
import type { EventStore } from '../../sync/ports/events.ts';
import type { Subscription } from '../../sync/ports/subscriptions.ts';
import type { App } from '../../http/app.ts';
import { createApp, notFound } from '../../http/app.ts';
import { jsonResponse } from '../../http/response.ts';
import type { BoundedWork } from '../../http/bounded-work.ts';
import { createBoundedWork } from '../../http/bounded-work.ts';
import type { RecentValue } from '../../http/recent-value.ts';
import { createRecentValue } from '../../http/recent-value.ts';
import { isSameSecret } from '../../http/secret.ts';
import { maxConnections } from '../../http/server.ts';

/** An event was stored. */
export interface StoredEvent {
  readonly athleteId: number;
  readonly kind: Aspect;
}

export interface WebhookOptions {
  readonly subscription: () => Promise<Subscription | undefined>;
  /** Every athlete who has logged in. */
  readonly athleteIds: () => Promise<readonly number[]>;
  readonly events: Pick<EventStore, 'save'>;
  readonly onEvent: (event: StoredEvent) => void;
  /** Stores an unverified deauthorization; durable when it resolves, false where nothing is stored of the athlete. */
  readonly noteDeauthorization: (athleteId: number) => Promise<boolean>;
  /** That was stored, at most once a minute for an athlete: verify it. */
  readonly onDeauthorization: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Strava waits for two seconds (https://developers.strava.com/docs/webhooks/). */
const maxResponseMs = 1_500;
/** How old may be what is known of the subscription and of the athletes; a flood costs no more queries. */
const maxAgeMs = 2_000;
const pollIntervalMs = 100;
const deauthorizationPauseMs = 60_000;
const maxChallengeLength = 256;

/** What came of a request; a passed one gets the response of an unknown path. */
type Outcome =
  | 'accepted'
  | 'unavailable'
  /** Strava sends the event again after about a minute. */
  | 'too soon'
  | 'passed'
  | { readonly challenge: string };

interface Shared extends WebhookOptions {
  readonly known: RecentValue<Subscription | undefined>;
  readonly athletes: RecentValue<ReadonlySet<number>>;
  readonly deauthorizedAtMs: Map<number, number>;
}

/** They take any path, and respond as to an unknown one to what is not theirs. */
export function createWebhookRoutes(options: WebhookOptions): App {
  const { clock, subscription, athleteIds } = options;
  const bounded = createBoundedWork({ clock, maxMs: maxResponseMs, maxRunning: maxConnections });
  const loadAthletes = async (): Promise<ReadonlySet<number>> => new Set(await athleteIds());
  const shared: Shared = {
    ...options,
    known: createRecentValue({ load: subscription, clock, pollIntervalMs }),
    athletes: createRecentValue({ load: loadAthletes, clock, pollIntervalMs }),
    deauthorizedAtMs: new Map(),
  };
  const guarded = guard(options.log, bounded);
  const app = createApp();
  app.get('*', async (c) => {
    const { pathname, searchParams } = new URL(c.req.url);
    return responseOf(await guarded(() => meetChallenge(shared, pathname, searchParams)));
  });
  app.post('*', async (c) => {
    const { pathname } = new URL(c.req.url);
    const body = await c.req.text();
    return responseOf(await guarded(() => takeEvent(shared, pathname, body)));
  });
  return app;
}

function responseOf(outcome: Outcome): Response {
  if (outcome === 'passed') return notFound();
  if (outcome === 'accepted') return jsonResponse(200, {});
  return typeof outcome === 'object'
    ? jsonResponse(200, { 'hub.challenge': outcome.challenge })
    : jsonResponse(503, { message: 'Service Unavailable' });
}

type Handling = () => Promise<Outcome>;

/** Is unavailable in time if anything is, so that Strava sends the event again. */
function guard(log: Logger, bounded: BoundedWork) {
  let isFailing = false;
  return async (handle: Handling): Promise<Outcome> => {
    const outcome = await bounded(() => unavailableOnError(handle), 'unavailable');
    if (outcome === 'unavailable' && !isFailing) {
      log.warn('Webhook events cannot be stored at the moment; Strava has to send them again.');
    }
    if (outcome === 'unavailable' || outcome === 'accepted') isFailing = outcome === 'unavailable';
    return outcome;
  };
}

async function unavailableOnError(handle: Handling): Promise<Outcome> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof DomestiqueError) return 'unavailable';
    throw error;
  }
}

/** The document is stored before the subscription is requested from Strava, so it is read anew. */
async function meetChallenge(
  { known }: Shared,
  path: string,
  query: URLSearchParams,
): Promise<Outcome> {
  const challenge = query.get('hub.challenge') ?? '';
  const token = query.get('hub.verify_token') ?? '';
  const isChallenge = query.get('hub.mode') === 'subscribe' && challenge !== '' && token !== '';
  if (!isChallenge || challenge.length > maxChallengeLength) return 'passed';
  const subscription = await known.read(0);
  if (!isCallback(subscription, path)) return 'passed';
  if (!isSameSecret(subscription.verifyToken, token)) return 'passed';
  return { challenge };
}

async function takeEvent(shared: Shared, path: string, body: string): Promise<Outcome> {
  const { known, athletes } = shared;
  const subscription = await known.read(maxAgeMs);
  if (!isCallback(subscription, path)) return 'passed';
  const event = readEvent(body);
  if (event === undefined) return 'passed';
  if (!(await isOurs(shared, subscription, event))) return 'passed';
  if (!(await athletes.read(maxAgeMs)).has(event.athleteId)) return 'passed';
  return event.kind === 'activity' ? store(shared, event) : storeDeauthorization(shared, event);
}

/** An event may come before the id of a subscription that was just made is known here. */
async function isOurs(
  { known }: Shared,
  subscription: Subscription,
  { subscriptionId }: PushEvent,
): Promise<boolean> {
  if (subscription.id !== undefined) return subscription.id === subscriptionId;
  return (await known.read(0))?.id === subscriptionId;
}

async function store(
  { events, onEvent }: Shared,
  event: Extract<PushEvent, { kind: 'activity' }>,
): Promise<Outcome> {
  const isNews = await events.save(event);
  if (isNews) onEvent({ athleteId: event.athleteId, kind: event.aspect });
  return 'accepted';
}

/** Each costs a refresh of the token, so there is one a minute. */
async function storeDeauthorization(
  { deauthorizedAtMs, clock, noteDeauthorization, onDeauthorization }: Shared,
  { athleteId }: DeauthorizationEvent,
): Promise<Outcome> {
  const lastMs = deauthorizedAtMs.get(athleteId);
  const nowMs = clock.monotonicMs();
  if (lastMs !== undefined && nowMs - lastMs < deauthorizationPauseMs) return 'too soon';
  deauthorizedAtMs.set(athleteId, nowMs);
  try {
    if (!(await noteDeauthorization(athleteId))) return 'passed';
  } catch (error) {
    deauthorizedAtMs.delete(athleteId);
    throw error;
  }
  onDeauthorization();
  return 'accepted';
}

function isCallback(
  subscription: Subscription | undefined,
  path: string,
): subscription is Subscription {
  const callback = URL.parse(subscription?.callbackUrl ?? '');
  return callback !== null && isSameSecret(callback.pathname, path);
}

function readEvent(body: string): PushEvent | undefined {
  let json: JsonValue;
  try {
    json = parseJson(body);
  } catch {
    return undefined;
  }
  return readPushEvent(json);
}
