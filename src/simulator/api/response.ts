/**
 * The simulator's responses before they are sent: a status, a body and its type; and Strava's error
 * envelopes. The messages are as Strava words them, but only resource, field and code are a contract.
 */
import { writeJson } from './json-text.ts';
import type { JsonValue } from './json-text.ts';

export interface SimulatedResponse {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const jsonType = 'application/json; charset=utf-8';
export const photoType = 'image/gif';
export const htmlType = 'text/html; charset=utf-8';

/** A response with any text. */
export function textResponse(status: number, body: string, contentType: string): SimulatedResponse {
  return { status, body, contentType, headers: {} };
}

/** JSON that is written already. */
export function jsonTextResponse(body: string): SimulatedResponse {
  return textResponse(200, body, jsonType);
}

/** A record or a list of them. */
export function jsonResponse(value: JsonValue, status = 200): SimulatedResponse {
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

/** Strava's envelope with one error: its resource, field and code. */
export function errorResponse(
  status: number,
  [resource, field, code]: readonly [string, string, string],
): SimulatedResponse {
  const message = messages[status] ?? 'error';
  return jsonResponse({ message, errors: [{ resource, field, code }] }, status);
}

/** 404 for a record that is unknown, deleted or not the athlete's. */
export function recordNotFound(resource: string): SimulatedResponse {
  return errorResponse(404, [resource, 'id', 'invalid']);
}

/** The other 404: the errors are empty. */
export function resourceNotFound(): SimulatedResponse {
  return jsonResponse({ message: 'Resource Not Found', errors: [] }, 404);
}

/** 403: the application's owner has no subscription; concerns no athlete. */
export function applicationInactive(): SimulatedResponse {
  return errorResponse(403, ['Application', 'Status', 'Inactive']);
}

/** 401: the access token is expired or revoked, or there is none. */
export function accessTokenInvalid(): SimulatedResponse {
  return errorResponse(401, ['Athlete', 'access_token', 'invalid']);
}

/** 401 as well: the athlete did not grant the scope that this needs. */
export function permissionMissing(permission: string): SimulatedResponse {
  return errorResponse(401, ['AccessToken', permission, 'missing']);
}

/** 429. */
export function rateLimitExceeded(field: 'rate limit' | 'overall rate limit'): SimulatedResponse {
  return errorResponse(429, ['Application', field, 'exceeded']);
}
