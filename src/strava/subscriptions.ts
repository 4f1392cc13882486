/**
 * The application's webhook subscription at Strava (https://developers.strava.com/docs/webhooks/). These
 * calls carry the client's secret and no athlete's token, and Strava counts them against no quota. Nothing
 * of a URL or a form gets into an error.
 */
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import {
  ApplicationRejectedError,
  CallbackRejectedError,
  MalformedResponseError,
  SubscriptionExistsError,
} from '../errors.ts';
import { errorOf, faultsOf, readResponse, readObject } from './responses.ts';
import type { Http, HttpResponse } from './http.ts';

export interface PushSubscriptionsOptions {
  readonly http: Http;
  /** The base URL, without a trailing slash. */
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A subscription that Strava has. */
export interface PushSubscription {
  readonly id: number;
  readonly callbackUrl: string;
  readonly createdAt?: Date;
}

/** Each call throws ApplicationRejectedError for a wrong client, or a StravaRequestError. */
export interface PushSubscriptions {
  /**
   * Strava asks the callback URL for its challenge before it answers. Returns the new one's id.
   * @throws SubscriptionExistsError, CallbackRejectedError; after a weather error it may have been made.
   */
  create(given: { callbackUrl: string; verifyToken: string }): Promise<number>;
  /** One at most. */
  list(): Promise<readonly PushSubscription[]>;
  /** @throws NotFoundError where there is none of this id. */
  remove(id: number): Promise<void>;
}

const what = 'the webhook subscription';

export function createPushSubscriptions(options: PushSubscriptionsOptions): PushSubscriptions {
  const { http, apiUrl, clientId, clientSecret } = options;
  const url = `${apiUrl}/push_subscriptions`;
  const client = { client_id: clientId, client_secret: clientSecret };
  const query = new URLSearchParams(client).toString();
  return {
    create: async ({ callbackUrl, verifyToken }) => {
      const form = { ...client, callback_url: callbackUrl, verify_token: verifyToken };
      const answer = withoutRejection(await http({ method: 'POST', url, form }));
      return idOf(readObject(answer, what));
    },
    list: async () => {
      const answer = withoutRejection(await http({ method: 'GET', url: `${url}?${query}` }));
      const listed = readResponse(answer, what);
      if (!Array.isArray(listed)) throw malformed();
      return (listed as readonly JsonValue[]).map(subscriptionFrom);
    },
    remove: async (id) => {
      const answer = withoutRejection(
        await http({ method: 'DELETE', url: `${url}/${id}?${query}` }),
      );
      if (answer.status !== 204) throw errorOf(answer, what);
    },
  };
}

/** @throws the error of a refusal that these calls alone know. */
function withoutRejection(answer: HttpResponse): HttpResponse {
  if (answer.status < 400 || answer.status > 499 || answer.status === 429) return answer;
  const faults = faultsOf(answer);
  if (faults.some(({ resource, field }) => resource === 'Application' && field !== 'Status')) {
    throw new ApplicationRejectedError(
      'Strava refuses the client: check STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET against https://www.strava.com/settings/api.',
    );
  }
  const own = faults.filter(({ resource }) => resource === 'PushSubscription');
  if (own.some(({ code }) => code === 'already exists')) {
    throw new SubscriptionExistsError('The application has a webhook subscription already.');
  }
  if (own.some(({ field }) => /^callback[ _]url$/.test(field))) {
    throw new CallbackRejectedError('Strava could not verify the callback URL.');
  }
  return answer;
}

function subscriptionFrom(value: JsonValue): PushSubscription {
  if (!isJsonObject(value)) throw malformed();
  const { callback_url, created_at } = value;
  if (typeof callback_url !== 'string') throw malformed();
  const createdAt = new Date(typeof created_at === 'string' ? created_at : Number.NaN);
  const isDated = !Number.isNaN(createdAt.getTime());
  return { id: idOf(value), callbackUrl: callback_url, ...(isDated && { createdAt }) };
}

function idOf({ id }: JsonObject): number {
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id;
  throw malformed();
}

function malformed(): MalformedResponseError {
  return new MalformedResponseError(`Strava's answer for ${what} has no usable id or address.`);
}
