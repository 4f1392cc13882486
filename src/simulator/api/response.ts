/**
 * What the simulator answers, before it is sent: a status, a body and its type; and Strava's error
 * envelopes. The messages are as Strava words them, but only resource, field and code are a contract.
 */
import { writeJson } from './json-text.ts';
import type { JsonValue } from './json-text.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const jsonType = 'application/json; charset=utf-8';
export const htmlType = 'text/html; charset=utf-8';

/** Any text as an answer. */
export function textResponse(status: number, body: string, contentType: string): Answer {
  return { status, body, contentType, headers: {} };
}

/** JSON that is written already. */
export function jsonTextResponse(body: string): Answer {
  return textResponse(200, body, jsonType);
}

/** A record or a list of them. */
export function jsonResponse(value: JsonValue, status = 200): Answer {
  return textResponse(status, writeJson(value), jsonType);
}

const messages: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Authorization Error',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Record Not Found',
  429: 'Rate Limit Exceeded',
};

/** Strava's envelope with one error in it: what it is about, which field, and the code. */
export function errorResponse(
  status: number,
  [resource, field, code]: readonly [string, string, string],
): Answer {
  const message = messages[status] ?? 'error';
  return jsonResponse({ message, errors: [{ resource, field, code }] }, status);
}

/** 404 for a record that is unknown, deleted or not the athlete's. */
export function recordNotFound(resource: string): Answer {
  return errorResponse(404, [resource, 'id', 'invalid']);
}

/** The other 404: the errors are empty. */
export function resourceNotFound(): Answer {
  return jsonResponse({ message: 'Resource Not Found', errors: [] }, 404);
}

/** 403: the application's owner has no subscription; says nothing about any athlete. */
export function applicationInactive(): Answer {
  return errorResponse(403, ['Application', 'Status', 'Inactive']);
}

/** 401: the access token is expired or revoked, or there is none. */
export function accessTokenInvalid(): Answer {
  return errorResponse(401, ['Athlete', 'access_token', 'invalid']);
}

/** 401 as well: the athlete did not grant what this needs. */
export function permissionMissing(permission: string): Answer {
  return errorResponse(401, ['AccessToken', permission, 'missing']);
}

/** 429. */
export function rateLimitExceeded(field: 'rate limit' | 'overall rate limit'): Answer {
  return errorResponse(429, ['Application', field, 'exceeded']);
}
