import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { ApplicationRejectedError } from '../../src/errors.ts';
import {
  AccessTokenRejectedError,
  MalformedResponseError,
  NotFoundError,
  RateLimitedError,
  ScopeMissingError,
  StravaRecordError,
  StravaRejectedError,
  StravaTransientError,
  SubscribersOnlyError,
} from '../../src/strava-errors.ts';
import { faultsOf, readResponse, readObject } from '../../src/strava/responses.ts';
import type { HttpResponse } from '../../src/strava/http.ts';

type ErrorClass = new (...args: never[]) => Error;

const json = 'application/json; charset=utf-8';

function responseOf(status: number, body: unknown, type = json): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: { 'content-type': type }, body: text };
}

function fault(resource: string, field: string, code: string, message = 'Bad Request'): unknown {
  return { message, errors: [{ resource, field, code }] };
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

const table: readonly [string, HttpResponse, ErrorClass][] = [
  [
    'an expired token',
    responseOf(401, fault('Athlete', 'access_token', 'invalid')),
    AccessTokenRejectedError,
  ],
  [
    'a scope that was not granted',
    responseOf(401, fault('AccessToken', 'activity:read_permission', 'missing')),
    ScopeMissingError,
  ],
  ['a 401 in HTML', responseOf(401, '<html>', 'text/html'), AccessTokenRejectedError],
  ['a 402', responseOf(402, fault('Athlete', 'subscription', 'missing')), SubscribersOnlyError],
  [
    'an inactive application',
    responseOf(403, fault('Application', 'Status', 'Inactive')),
    ApplicationRejectedError,
  ],
  ['another 403', responseOf(403, fault('Activity', 'id', 'forbidden')), StravaRecordError],
  ['a 403 of a gateway', responseOf(403, '<html>', 'text/html'), StravaTransientError],
  ['an unknown record', responseOf(404, fault('Activity', 'id', 'invalid')), NotFoundError],
  ['a 404 without errors', responseOf(404, { message: 'x', errors: [] }), NotFoundError],
  [
    'a bound in the future',
    responseOf(400, fault('Application', 'after', 'future')),
    StravaRecordError,
  ],
  [
    'a spent quota',
    responseOf(429, fault('Application', 'rate limit', 'exceeded')),
    RateLimitedError,
  ],
  ['a 429 in HTML', responseOf(429, '<html>', 'text/html'), RateLimitedError],
  ["Strava's own 500", responseOf(500, { message: 'error' }), StravaRecordError],
  ['a 500 in HTML', responseOf(500, '<html>', 'text/html'), StravaTransientError],
  ['a 502', responseOf(502, '<html>', 'text/html'), StravaTransientError],
  ['a 503 with JSON', responseOf(503, { message: 'error' }), StravaTransientError],
  ['a 597', responseOf(597, '', 'text/html'), StravaTransientError],
  ['a redirect', responseOf(302, '', 'text/html'), StravaRejectedError],
  ['a maintenance page with 200', responseOf(200, '<html>', 'text/html'), StravaTransientError],
  ['JSON that is called text', responseOf(200, '[]', 'text/plain'), StravaTransientError],
  ['JSON that was cut off', responseOf(200, '[{"id":'), StravaTransientError],
  ['an empty body', responseOf(200, ''), StravaTransientError],
];

describe('a response', () => {
  it.each(table)('a response turns %s into its typed error', (_, one, expected) => {
    const error = thrownBy(() => readResponse(one, 'the list of activities'));
    expect(error).toBeInstanceOf(expected);
    expect(Object.getPrototypeOf(error)).toBe(expected.prototype);
  });

  it.each(table)('a response ignores the message of %s', (_, one, expected) => {
    for (const message of ['', 'Rate Limit Exceeded', 'Inactive', 'access_token invalid missing']) {
      const body = one.body.replace(/"message":"[^"]*"/, `"message":${JSON.stringify(message)}`);
      expect(thrownBy(() => readResponse({ ...one, body }, 'it'))).toBeInstanceOf(expected);
    }
  });

  it('a response puts no token of a body into the error', () => {
    for (const [, one] of table) {
      const secret = 'geheim-token';
      const body = one.body.replace(/"message":"[^"]*"/, `"message":"${secret}"`);
      const error = thrownBy(() => readResponse({ ...one, body }, 'it'));
      expect(inspect(error, { depth: 10 })).not.toContain(secret);
    }
  });

  it.each([json, 'APPLICATION/JSON', 'application/json', 'application/problem+json'])(
    'a response reads a body of the type %s',
    (type) => {
      expect(readResponse(responseOf(200, [1], type), 'it')).toEqual([1]);
    },
  );

  it('a response keeps integers that exceed a double', () => {
    expect(readResponse(responseOf(200, '{"id":9007199254740993}'), 'it')).toEqual({
      id: 9_007_199_254_740_993n,
    });
  });

  it('a response reports a body that is no object as malformed', () => {
    expect(readObject(responseOf(200, { a: 1 }), 'it')).toEqual({ a: 1 });
    for (const body of [[], 'null', '"text"', '7']) {
      expect(thrownBy(() => readObject(responseOf(200, body), 'it'))).toBeInstanceOf(
        MalformedResponseError,
      );
    }
  });
});

describe('the faults of a response', () => {
  it('the faults of a response lists the faults, with empty texts for odd values', () => {
    const errors = [{ resource: 'A', field: 7, code: null }, 'odd', null, { code: 'c' }];
    expect(faultsOf(responseOf(400, { errors }))).toEqual([
      { resource: 'A', field: '', code: '' },
      { resource: '', field: '', code: 'c' },
    ]);
  });

  it.each([{ errors: 'none' }, { errors: null }, [], 'no JSON', {}])(
    'the faults of a response finds no faults in %j',
    (body) => {
      expect(faultsOf(responseOf(400, body))).toEqual([]);
    },
  );
});
