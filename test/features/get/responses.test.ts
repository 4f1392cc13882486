import { describe, expect, it } from 'vitest';
import {
  ApplicationRejectedError,
  AuthorizationNeededError,
  DomestiqueError,
} from '../../../src/errors.ts';
import {
  MalformedResponseError,
  NotFoundError,
  RateLimitedError,
  StravaRecordError,
  StravaTransientError,
  SubscribersOnlyError,
} from '../../../src/strava-errors.ts';
import { jsonTextOf } from '../../../src/features/get/responses.ts';

const json = 'application/json; charset=utf-8';

function textOf(status: number, body: string, type = json): string {
  return jsonTextOf({ status, body, headers: { 'content-type': type } }, '/clubs/1');
}

function failureOf(status: number, body: string, type = json): DomestiqueError {
  try {
    textOf(status, body, type);
  } catch (error) {
    if (error instanceof DomestiqueError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

function fault(message: string, ...[resource, field, code]: readonly string[]): string {
  const errors = resource === undefined ? [] : [{ resource, field, code }];
  return JSON.stringify({ message, errors });
}

describe('what a response to get means', () => {
  it('JSON is passed on as it came, with ids beyond 2^53', () => {
    const body = '{ "id": 3456789012345678901,\n "ratio": 1.50 }';
    expect(textOf(200, body)).toBe(body);
  });

  it.each([
    [404, fault('Record Not Found'), 'Strava returned 404 for /clubs/1: "Record Not Found".'],
    [404, '<html>', 'Strava returned 404 for /clubs/1.'],
    [
      400,
      fault('Bad Request', 'Application', 'after', 'future'),
      'Strava returned 400 for /clubs/1: "Bad Request" ("Application after future").',
    ],
    [400, '<html>', 'Strava returned 400 for /clubs/1.'],
    [403, fault('Forbidden'), 'Strava returned 403 for /clubs/1: "Forbidden".'],
    [302, '', 'Strava returned 302 for /clubs/1.'],
    [500, fault('error'), 'Strava returned 500 for /clubs/1: "error".'],
  ])('a %i with %s becomes one final sentence', (status, body, sentence) => {
    const error = failureOf(status, body, body.startsWith('{') ? json : 'text/html');
    expect(error.message).toBe(sentence);
    expect(error).toBeInstanceOf(status === 404 ? NotFoundError : StravaRecordError);
    expect(error.exitCode).toBe(1);
  });

  it("Strava's message is escaped and cut", () => {
    const hostile = `\u001b[2J\u009b\n"\u202e${'x'.repeat(1_000)}`;
    const { message } = failureOf(404, fault(hostile));
    expect(message).toContain('"\\u001b[2J\\u009b\\n\\"\\u202exxx');
    // eslint-disable-next-line no-control-regex -- none of these may be left
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(message.length).toBeLessThan(300);
  });

  it.each([
    ['a 502 page', 502, '<html>', 'text/html', StravaTransientError],
    ['a 500 page', 500, '<html>', 'text/html', StravaTransientError],
    ['a 429', 429, fault('Rate Limit Exceeded'), json, RateLimitedError],
    ['a maintenance page with 200', 200, '<html>', 'text/html', StravaTransientError],
    ['JSON that is cut', 200, '[{"id":', json, StravaTransientError],
  ])('%s may be retried', (_, status, body, type, expected) => {
    const error = failureOf(status, body, type);
    expect(error).toBeInstanceOf(expected);
    expect(error).toMatchObject({ isTransient: true });
  });

  it.each([
    ['a GPX file', 200, 'application/gpx+xml'],
    ['an empty 204', 204, json],
  ])('%s is not JSON, and is not retried', (_, status, type) => {
    const error = failureOf(status, '', type);
    expect(error).toBeInstanceOf(MalformedResponseError);
    expect(error.message).toContain(type);
  });

  it('a rejected token and a missing scope need a login', () => {
    const revoked = failureOf(
      401,
      fault('Authorization Error', 'Athlete', 'access_token', 'invalid'),
    );
    const lacking = failureOf(
      401,
      fault('Authorization Error', 'AccessToken', 'profile:read_permission', 'missing'),
    );
    for (const error of [revoked, lacking]) {
      expect(error).toBeInstanceOf(AuthorizationNeededError);
      expect(error.message).toMatch(/Run: npm run auth$/);
    }
    expect(lacking.message).toContain('profile:read_permission');
  });

  it('an inactive application and a response for subscribers keep their own errors', () => {
    const inactive = fault('Forbidden', 'Application', 'Status', 'Inactive');
    expect(failureOf(403, inactive)).toBeInstanceOf(ApplicationRejectedError);
    expect(failureOf(402, fault('Payment Required'))).toBeInstanceOf(SubscribersOnlyError);
  });
});
