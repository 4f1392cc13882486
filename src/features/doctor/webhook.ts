/**
 * Whether a webhook subscription is stored, and whether its callback URL leads to a daemon on this database:
 * it responds to Strava's challenge. Strava is not asked. The URL's path is a secret.
 */
import { randomUUID } from 'node:crypto';
import { isJsonObject, parseJson } from '../../domain/json.ts';
import { commandLine } from '../../domain/invocation.ts';
import { DomestiqueError } from '../../errors.ts';
import type { SubscriptionDocument } from '../../mongo/schema/collections.ts';
import type { Http, HttpResponse } from '../../strava/http.ts';
import type { Finding } from './check.ts';
import type { Connection } from './connection.ts';
import { withoutDatabase } from './connection.ts';

export interface WebhookCheck {
  readonly clientId: string | undefined;
  readonly connection: Connection;
  readonly http: Http;
}

export async function checkWebhook(
  { clientId, connection, http }: WebhookCheck,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { store } = connection;
  if (store === undefined) return [withoutDatabase('The webhook', connection)];
  const stored = await store.subscriptions.findOne({ _id: clientId ?? '' });
  if (stored === null) return [{ mark: 'ok', found: 'There is no webhook subscription.' }];
  if (stored.subscription_id === undefined) {
    return [
      {
        mark: 'warning',
        found: 'A webhook subscription was requested, and Strava has not confirmed it.',
        advice: `Give the command again: ${commandLine('webhook', 'subscribe')}.`,
      },
    ];
  }
  return [await checkCallback(stored, http, signal)];
}

async function checkCallback(
  { callback_url, verify_token }: SubscriptionDocument,
  http: Http,
  signal: AbortSignal,
): Promise<Finding> {
  const challenge = randomUUID();
  const url = new URL(callback_url);
  url.searchParams.set('hub.mode', 'subscribe');
  url.searchParams.set('hub.challenge', challenge);
  url.searchParams.set('hub.verify_token', verify_token);
  const problem = await problemOf(challenge, () => http({ method: 'GET', url: url.href, signal }));
  const { host } = url;
  if (problem === undefined)
    return { mark: 'ok', found: `The callback URL at ${host} leads to a daemon on this database.` };
  return {
    mark: 'warning',
    found: `The callback URL at ${host} does not lead to a daemon on this database: ${problem}`,
    advice: `Check that ${commandLine('start')} runs, and that the proxy at ${host} hands every path on to HTTP_HOST and HTTP_PORT.`,
  };
}

async function problemOf(
  challenge: string,
  request: () => Promise<HttpResponse>,
): Promise<string | undefined> {
  try {
    const { status, body } = await request();
    if (status !== 200) return `it returned ${status}.`;
    return echoOf(body) === challenge ? undefined : 'it does not return the challenge.';
  } catch (error) {
    if (error instanceof DomestiqueError) return error.message;
    throw error;
  }
}

function echoOf(body: string): unknown {
  try {
    const json = parseJson(body);
    return isJsonObject(json) ? json['hub.challenge'] : undefined;
  } catch {
    return undefined;
  }
}
