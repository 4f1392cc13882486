/**
 * Turns a response of Strava's into its JSON or a typed error. It matches on the fault's resource, field
 * and code (https://developers.strava.com/docs/reference/#api-models-Fault), never on its message. It
 * reads a body only if its content type is JSON.
 */
import { commandLine } from '../domain/invocation.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { isJsonObject, parseJson } from '../domain/json.ts';
import { ApplicationRejectedError } from '../errors.ts';
import {
  AccessTokenRejectedError,
  MalformedResponseError,
  NotFoundError,
  RateLimitedError,
  ScopeMissingError,
  StravaRejectedError,
  StravaRecordError,
  StravaTransientError,
  SubscribersOnlyError,
} from '../strava-errors.ts';
import type { HttpResponse } from './http.ts';
import { terminalText } from '../terminal-text.ts';

/** One entry of a fault's `errors`. */
export interface Fault {
  readonly resource: string;
  readonly field: string;
  readonly code: string;
}

/**
 * The JSON of a successful response.
 * @param parse Streams are large and hold no long integers: they do without the exact parser.
 * @throws the typed error of any other response.
 */
export function readResponse(
  response: HttpResponse,
  what: string,
  parse: (text: string) => JsonValue = parseJson,
): JsonValue {
  if (response.status < 200 || response.status > 299) throw errorOf(response, what);
  const body = readBody(response, parse);
  if (body === undefined)
    throw new StravaTransientError(
      `Strava's response for ${what} is not JSON (${typeOf(response)}).`,
    );
  return body;
}

/** What the response says it is, as one short word. */
function typeOf({ headers }: HttpResponse): string {
  const [, type] = /^([\w.+/-]{1,60})(?:;|$)/.exec(headers['content-type'] ?? '') ?? [];
  return type ?? 'of unknown type';
}

/** The JSON of a successful response, which has to be an object. */
export function readObject(response: HttpResponse, what: string): JsonObject {
  const body = readResponse(response, what);
  if (isJsonObject(body)) return body;
  throw new MalformedResponseError(`Strava's response for ${what} is not an object.`);
}

/** The JSON of a successful response, which has to be a list of objects. */
export function readRecords(response: HttpResponse, what: string): readonly JsonObject[] {
  const body = readResponse(response, what);
  if (Array.isArray(body) && (body as readonly JsonValue[]).every(isJsonObject))
    return body as readonly JsonObject[];
  throw new MalformedResponseError(
    `Strava's response for ${what} cannot be understood: it is not a list of records.`,
  );
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

function readBody(
  { headers, body }: HttpResponse,
  parse: (text: string) => JsonValue = parseJson,
): JsonValue | undefined {
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '')) return undefined;
  try {
    return parse(body);
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
    `Strava rejected the client: check STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET against https://www.strava.com/settings/api; ${commandLine('init')} replaces them.`,
  );
}

/** Strava's rejection of the application itself; every call then fails like this. */
function applicationRejection(response: HttpResponse): ApplicationRejectedError | undefined {
  const isInactive =
    response.status === 403 &&
    faultsOf(response).some(({ resource, field, code }) => {
      return resource === 'Application' && field === 'Status' && code === 'Inactive';
    });
  if (!isInactive) return undefined;
  return new ApplicationRejectedError(
    'Strava says that the application is inactive: its owner needs a paid Strava subscription, or has to renew it, at https://www.strava.com/settings/api. Nothing stored was touched.',
  );
}

/**
 * Whether the application may have no further athlete. Strava documents no code for it, so this is the
 * text that athletes see (jat255/strava-to-fittrackee#22).
 */
export function isAthleteLimitReached({ status, body }: HttpResponse): boolean {
  return status === 403 && /limit of connected athletes/i.test(body);
}

/** The statuses of a failure of this request, where the same one may succeed later. */
const passing: readonly number[] = [401, 408, 425, 429];

/**
 * The error of a 4xx for what every athlete and application has, such as the list of activities; undefined
 * for any other response. `variable` names the base address that may be wrong.
 */
export function rejectionOf(
  response: HttpResponse,
  what: string,
  variable: string,
): ApplicationRejectedError | StravaRejectedError | undefined {
  const { status } = response;
  if (status < 400 || status > 499 || passing.includes(status)) return undefined;
  const rejection = applicationRejection(response);
  if (rejection !== undefined) return rejection;
  const reasons = faultsOf(response).map((fault) => Object.values(fault).filter(isWord).join(' '));
  const reason = reasons.length === 0 ? typeOf(response) : reasons.join(', ');
  return new StravaRejectedError(
    `Strava rejects the request for ${what} (${status}, ${reason}). Check ${variable}, and whether a proxy or a firewall responds in Strava's place.`,
  );
}

function isWord(text: string): boolean {
  return /^[\w :.-]{1,60}$/.test(text);
}

function redirected({ status, headers }: HttpResponse, what: string): StravaRejectedError {
  const target = URL.parse(headers['location'] ?? '')?.origin;
  return new StravaRejectedError(
    `The request for ${what} is redirected${target === undefined ? '' : ` to ${target}`} (${status}). Redirects are not followed, because requests carry tokens: check STRAVA_API_URL and STRAVA_OAUTH_URL, and whether this network wants a login first.`,
  );
}

/** The typed error of a response that is not a success. */
export function errorOf(response: HttpResponse, what: string): Error {
  const { status } = response;
  if (status >= 300 && status < 400) return redirected(response, what);
  const rejection = applicationRejection(response);
  if (rejection !== undefined) return rejection;
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
        `Strava needs a scope that was not granted (${terminalText(missing.field)}) for ${what}. Run: ${commandLine('auth')}`,
      );
}
