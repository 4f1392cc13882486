/**
 * The application's webhook subscription at Strava (https://developers.strava.com/docs/webhooks/). These
 * calls carry the client's secret and no athlete's token, and no quota counts them. No URL and no form
 * gets into an error.
 */
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import {
  CallbackRejectedError,
  MalformedResponseError,
  SubscriptionExistsError,
} from '../strava-errors.ts';
import {
  clientRejected,
  errorOf,
  faultsOf,
  isClientRejected,
  readObject,
  readResponse,
} from './responses.ts';
import type { Http, HttpRequest, HttpResponse } from './http.ts';

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
   * Returns the new subscription's id. Strava verifies the callback URL before it responds. After a
   * transient error the subscription may exist.
   * @throws SubscriptionExistsError, CallbackRejectedError
   */
  create(given: { callbackUrl: string; verifyToken: string }): Promise<number>;
  /** At most one. */
  list(): Promise<readonly PushSubscription[]>;
  /** @throws NotFoundError for an unknown id. */
  remove(id: number): Promise<void>;
}

const what = 'the webhook subscription';

export function createPushSubscriptions(options: PushSubscriptionsOptions): PushSubscriptions {
  const url = `${options.apiUrl}/push_subscriptions`;
  const client = { client_id: options.clientId, client_secret: options.clientSecret };
  const query = new URLSearchParams(client).toString();
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    const response = await options.http(request);
    throwRejection(response);
    return response;
  };
  return {
    create: async ({ callbackUrl, verifyToken }) => {
      const form = { ...client, callback_url: callbackUrl, verify_token: verifyToken };
      return idOf(readObject(await send({ method: 'POST', url, form }), what));
    },
    list: async () => {
      const listed = readResponse(await send({ method: 'GET', url: `${url}?${query}` }), what);
      if (!Array.isArray(listed)) throw malformed();
      return (listed as readonly JsonValue[]).map(subscriptionFrom);
    },
    remove: async (id) => {
      const response = await send({ method: 'DELETE', url: `${url}/${id}?${query}` });
      if (response.status !== 204) throw errorOf(response, what);
    },
  };
}

/** @throws the error of a rejection that only these calls know. */
function throwRejection(response: HttpResponse): void {
  if (isClientRejected(response)) throw clientRejected();
  if (response.status < 400 || response.status > 499 || response.status === 429) return;
  const own = faultsOf(response).filter(({ resource }) => resource === 'PushSubscription');
  if (own.some(({ code }) => code === 'already exists')) {
    throw new SubscriptionExistsError('The application has a webhook subscription already.');
  }
  if (own.some(({ field }) => /^callback[ _]url$/.test(field))) {
    throw new CallbackRejectedError('Strava could not verify the callback URL.');
  }
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
  return new MalformedResponseError(`Strava's response for ${what} has no usable id or address.`);
}
