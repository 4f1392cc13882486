/**
 * Turns a response of Strava's into its JSON or a typed error. It matches on the fault's resource, field
 * and code (https://developers.strava.com/docs/reference/#api-models-Fault), never on its message. It
 * reads a body only if its content type is JSON.
 */
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { isJsonObject, parseJson } from '../domain/json.ts';
import {
  AccessTokenRejectedError,
  ApplicationRejectedError,
  MalformedResponseError,
  NotFoundError,
  RateLimitedError,
  ScopeMissingError,
  StravaRecordError,
  StravaTransientError,
  SubscribersOnlyError,
} from '../errors.ts';
import type { HttpResponse } from './http.ts';
import { terminalText } from '../terminal-text.ts';

/** One entry of a fault's `errors`. */
export interface Fault {
  readonly resource: string;
  readonly field: string;
  readonly code: string;
}

/** The JSON of a successful response. @throws the typed error of any other. */
export function readResponse(response: HttpResponse, what: string): JsonValue {
  if (response.status < 200 || response.status > 299) throw errorOf(response, what);
  const body = readBody(response);
  if (body === undefined)
    throw new StravaTransientError(`Strava's response for ${what} is not JSON.`);
  return body;
}

/** The JSON of a successful response, which has to be an object. */
export function readObject(response: HttpResponse, what: string): JsonObject {
  const body = readResponse(response, what);
  if (isJsonObject(body)) return body;
  throw new MalformedResponseError(`Strava's response for ${what} is not an object.`);
}

/** The faults in an error response; none if the body is not Strava's JSON. */
export function faultsOf(response: HttpResponse): readonly Fault[] {
  const body = readBody(response);
  const errors = isJsonObject(body) ? body['errors'] : undefined;
  if (!Array.isArray(errors)) return [];
  return (errors as readonly JsonValue[]).filter(isJsonObject).map((fault) => ({
    resource: textOf(fault['resource']),
    field: textOf(fault['field']),
    code: textOf(fault['code']),
  }));
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function readBody({ headers, body }: HttpResponse): JsonValue | undefined {
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '')) return undefined;
  try {
    return parseJson(body);
  } catch {
    return undefined;
  }
}

/** Whether a call that carries the client's id and secret was rejected because of them. */
export function isClientRejected(response: HttpResponse): boolean {
  return (
    response.status >= 400 &&
    response.status < 500 &&
    response.status !== 429 &&
    faultsOf(response).some(
      ({ resource, field }) => resource === 'Application' && field !== 'Status',
    )
  );
}

export function clientRejected(): ApplicationRejectedError {
  return new ApplicationRejectedError(
    'Strava rejected the client: check STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET against https://www.strava.com/settings/api.',
  );
}

/** Whether Strava rejects the application itself; every call then fails like this. */
function isApplicationInactive(response: HttpResponse): boolean {
  return (
    response.status === 403 &&
    faultsOf(response).some(({ resource, field, code }) => {
      return resource === 'Application' && field === 'Status' && code === 'Inactive';
    })
  );
}

/** The typed error of a response that is not a success. */
export function errorOf(response: HttpResponse, what: string): Error {
  const { status } = response;
  if (isApplicationInactive(response)) {
    return new ApplicationRejectedError(
      'Strava says that the application is inactive: its owner needs a paid Strava subscription, or has to renew it, at https://www.strava.com/settings/api. Nothing stored was touched.',
    );
  }
  if (status === 401) return unauthorized(response, what);
  if (status === 402) return new SubscribersOnlyError(`Strava gives ${what} to subscribers only.`);
  if (status === 404) return new NotFoundError(`Strava knows no ${what}.`);
  if (status === 429) return new RateLimitedError('Strava says that the quota is spent (429).');
  const message = `Strava returned ${status} for ${what}.`;
  return status <= 500 && readBody(response) !== undefined
    ? new StravaRecordError(message)
    : new StravaTransientError(message);
}

function unauthorized(response: HttpResponse, what: string): Error {
  const missing = faultsOf(response).find(({ code }) => code === 'missing');
  return missing === undefined
    ? new AccessTokenRejectedError(`Strava rejected the access token for ${what}.`)
    : new ScopeMissingError(
        `Strava needs a scope that was not granted (${terminalText(missing.field)}) for ${what}. Run: npm run auth`,
      );
}
