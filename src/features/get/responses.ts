/**
 * What a response to `get` means: Strava's JSON as it came, another try, or one sentence with Strava's
 * own message.
 */
import { commandLine } from '../../domain/invocation.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isJsonObject, parseJson } from '../../domain/json.ts';
import { AuthorizationNeededError } from '../../errors.ts';
import {
  AccessTokenRejectedError,
  MalformedResponseError,
  NotFoundError,
  ScopeMissingError,
  StravaRecordError,
  StravaRequestError,
  SubscribersOnlyError,
} from '../../strava-errors.ts';
import type { HttpResponse } from '../../strava/http.ts';
import { errorOf, faultsOf, readResponse } from '../../strava/responses.ts';
import { escapeActing } from '../../terminal-text.ts';

/** How much of a text of Strava's a message repeats, in characters. */
const maxQuoted = 200;

/**
 * The text of a successful response. It is checked to be JSON and passed on as it came, so that ids
 * beyond 2^53 stay exact.
 * @throws StravaRequestError, transient where another try may succeed; AuthorizationNeededError,
 * ApplicationRejectedError.
 */
export function jsonTextOf(response: HttpResponse, path: string): string {
  const { status, headers, body } = response;
  if (status < 200 || status > 299) throw failureOf(response, path);
  const type = headers['content-type'] ?? '';
  // A page of a gateway passes; a file in another format never becomes JSON.
  if (status === 204 || !/^$|json|^text\/(?:html|plain)/i.test(type))
    throw new MalformedResponseError(`Strava's response for ${path} is not JSON: ${quoted(type)}.`);
  readResponse(response, path);
  return body;
}

function failureOf(response: HttpResponse, path: string): Error {
  const error = errorOf(response, path);
  const { status } = response;
  if (error instanceof ScopeMissingError)
    return new AuthorizationNeededError(error.message, { cause: error });
  if (error instanceof AccessTokenRejectedError)
    return new AuthorizationNeededError(`${error.message} Run: ${commandLine('auth')}`, {
      cause: error,
    });
  if (!(error instanceof StravaRequestError) || error instanceof SubscribersOnlyError) return error;
  if (error.isTransient && (status === 429 || status >= 500)) return error;
  const sentence = `Strava returned ${status} for ${path}${reasonOf(response)}.`;
  return status === 404 ? new NotFoundError(sentence) : new StravaRecordError(sentence);
}

/** Strava's message, and what it says about each field. */
function reasonOf(response: HttpResponse): string {
  const parsed = parsedOf(response);
  const message = isJsonObject(parsed) ? parsed['message'] : undefined;
  if (typeof message !== 'string') return '';
  const faults = faultsOf(response).map(({ resource, field, code }) =>
    [resource, field, code].filter(Boolean).join(' '),
  );
  const details = faults.length > 0 ? ` (${quoted(faults.join('; '))})` : '';
  return `: ${quoted(message)}${details}`;
}

function parsedOf({ body }: HttpResponse): JsonValue | undefined {
  try {
    return parseJson(body);
  } catch {
    return undefined;
  }
}

/** In quotes, and harmless on a terminal. */
function quoted(text: string): string {
  return escapeActing(JSON.stringify(text.slice(0, maxQuoted)));
}
