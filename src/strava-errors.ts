/**
 * The errors of single requests to Strava. Most end no command: the request is tried again, or its record
 * is parked.
 */
import { DomestiqueError, exitCodes } from './errors.ts';

/**
 * One request to Strava that returned no usable record. `isTransient` is true where the failure says
 * nothing about the requested record (a reset, a gateway's HTML page, a timeout): the request is
 * retried with backoff and does not count as a failed attempt.
 */
export abstract class StravaRequestError extends DomestiqueError {
  override readonly exitCode = exitCodes.failed;
  abstract readonly isTransient: boolean;
}

/** Strava was unreachable, truncated the response, responded from a gateway, or took too long. */
export class StravaTransientError extends StravaRequestError {
  override readonly code = 'STRAVA_TRANSIENT';
  override readonly isTransient = true;
}

/** Strava cannot serve this one record: a 5xx with JSON, or another rejection of the record. */
export class StravaRecordError extends StravaRequestError {
  override readonly code = 'STRAVA_RECORD';
  override readonly isTransient = false;
}

/** A complete JSON response has an unexpected shape. */
export class MalformedResponseError extends StravaRequestError {
  override readonly code = 'MALFORMED_RESPONSE';
  override readonly isTransient = false;
}

/** The body of a response is larger than the program reads. */
export class ResponseTooLargeError extends StravaRequestError {
  override readonly code = 'RESPONSE_TOO_LARGE';
  override readonly isTransient = false;
}

/**
 * What no waiting cures: a redirect, a certificate that is not trusted, or a 400, 403 or 404 for what
 * always exists, such as the list of activities or the token.
 */
export class StravaRejectedError extends StravaRequestError {
  override readonly code = 'STRAVA_REJECTED';
  override readonly isTransient = false;
}

/** 404: unknown, deleted, not the athlete's, or without streams. */
export class NotFoundError extends StravaRequestError {
  override readonly code = 'NOT_FOUND';
  override readonly isTransient = false;
}

/** 402: for subscribers only; a retry does not help. */
export class SubscribersOnlyError extends StravaRequestError {
  override readonly code = 'SUBSCRIBERS_ONLY';
  override readonly isTransient = false;
}

/** 401: the access token is expired or revoked. */
export class AccessTokenRejectedError extends StravaRequestError {
  override readonly code = 'ACCESS_TOKEN_REJECTED';
  override readonly isTransient = false;
}

/** 401 with `missing`: the athlete did not grant the scope that this request needs. */
export class ScopeMissingError extends StravaRequestError {
  override readonly code = 'SCOPE_MISSING';
  override readonly isTransient = false;
}

/** 429: the window counts as spent, regardless of our own count. */
export class RateLimitedError extends StravaRequestError {
  override readonly code = 'RATE_LIMITED';
  override readonly isTransient = true;
}

/** Strava rejects the refresh token as invalid. */
export class RefreshTokenRejectedError extends StravaRequestError {
  override readonly code = 'REFRESH_TOKEN_REJECTED';
  override readonly isTransient = false;
}

/** The application already has a webhook subscription; Strava allows one. */
export class SubscriptionExistsError extends StravaRequestError {
  override readonly code = 'SUBSCRIPTION_EXISTS';
  override readonly isTransient = false;
}

/** The callback URL did not return Strava's challenge, or Strava rejects the URL. */
export class CallbackRejectedError extends StravaRequestError {
  override readonly code = 'CALLBACK_REJECTED';
  override readonly isTransient = false;
}
