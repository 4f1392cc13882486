/**
 * What an answer of Strava's means: its JSON, or the typed error it stands for. Matching is on the
 * fault's resource, field and code (https://developers.strava.com/docs/reference/#api-models-Fault),
 * never on its message; a body is read only where its content type is JSON.
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

/** One entry of a fault's `errors`. */
export interface Fault {
  readonly resource: string;
  readonly field: string;
  readonly code: string;
}

/**
 * The JSON of a successful answer.
 * @throws the typed error of any other.
 */
export function readResponse(answer: HttpResponse, what: string): JsonValue {
  if (answer.status < 200 || answer.status > 299) throw errorOf(answer, what);
  const body = readBody(answer);
  if (body === undefined)
    throw new StravaTransientError(`Strava's answer for ${what} is not JSON.`);
  return body;
}

/** An object, where nothing else will do. */
export function readObject(answer: HttpResponse, what: string): JsonObject {
  const body = readResponse(answer, what);
  if (isJsonObject(body)) return body;
  throw new MalformedResponseError(`Strava's answer for ${what} is not an object.`);
}

/** The faults in an answer's envelope; none where the body is not Strava's JSON. */
export function faultsOf(answer: HttpResponse): readonly Fault[] {
  const body = readBody(answer);
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

/** Whether the application itself is refused; every call answers so then. */
function isApplicationInactive(answer: HttpResponse): boolean {
  return (
    answer.status === 403 &&
    faultsOf(answer).some(({ resource, field, code }) => {
      return resource === 'Application' && field === 'Status' && code === 'Inactive';
    })
  );
}

export function applicationInactive(): ApplicationRejectedError {
  return new ApplicationRejectedError(
    'Strava says that the application is inactive: its owner needs a paid Strava subscription, or has to renew it, at https://www.strava.com/settings/api. Nothing stored was touched.',
  );
}

/** The typed error of an answer that is not a success. */
export function errorOf(answer: HttpResponse, what: string): Error {
  const { status } = answer;
  if (isApplicationInactive(answer)) return applicationInactive();
  if (status === 401) return unauthorized(answer, what);
  if (status === 402) return new SubscribersOnlyError(`Strava gives ${what} to subscribers only.`);
  if (status === 404) return new NotFoundError(`Strava knows no ${what}.`);
  if (status === 429) return new RateLimitedError('Strava says that the quota is spent (429).');
  const isOwn = readBody(answer) !== undefined;
  if (isOwn && (status === 500 || status < 500)) {
    return new StravaRecordError(`Strava answers ${status} for ${what}.`);
  }
  return new StravaTransientError(`Strava answers ${status} for ${what}.`);
}

function unauthorized(answer: HttpResponse, what: string): Error {
  const missing = faultsOf(answer).find(({ code }) => code === 'missing');
  return missing === undefined
    ? new AccessTokenRejectedError(`Strava refuses the access token for ${what}.`)
    : new ScopeMissingError(
        `Strava needs a scope that was not granted (${missing.field}) for ${what}. Run: npm run auth`,
      );
}
