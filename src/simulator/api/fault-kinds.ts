/**
 * The ways in which a request can go wrong.
 */

/**
 * - `error-json`: 500 with `{"message":"error"}`
 * - `html-502`: a gateway's page
 * - `597`: Strava's own odd status, with an empty body
 * - `reset`: the connection is cut before anything is done or sent
 * - `reset-mid-body`: the work is done, and the connection is cut in the middle of the response
 * - `truncated`: the work is done, and half of the body comes, with its full length announced
 * - `cut-json`: the response is complete by its length, but its JSON ends in the middle
 * - `wrong-content-type`: the right body as `text/plain`
 * - `html-200`: a maintenance page with status 200
 * - `hang`: no response is ever sent
 * - `drip`: one byte a second
 * - `endless`: a body of JSON that never ends
 * - `gzip-bomb`: 10 MB of a compressed body that decompress to 10 GB
 * - `rate-limit`: 429 although no limit was reached
 * - `malformed`: JSON of the right shape with values of wrong types
 * - `wrong-shape`: 200 with JSON of an unknown shape
 * - `empty-list`: 200 with `[]`
 * - `redirect`: 302 to the same path on another host
 * - `page-400`, `page-403`, `page-404`: a page with that status, as a gateway or a wrong address has it
 * - `athlete-limit`: 403, because the application may have no further athlete
 * - `callback-domain`: 400, because the callback address is not the application's
 * - `same-page`: the newest page of the list, whatever was asked
 * - `code-not-ready`: a fresh code is rejected once, and stays valid
 */
export type FaultKind =
  | 'error-json'
  | 'html-502'
  | '597'
  | 'reset'
  | 'reset-mid-body'
  | 'truncated'
  | 'cut-json'
  | 'wrong-content-type'
  | 'html-200'
  | 'hang'
  | 'drip'
  | 'endless'
  | 'gzip-bomb'
  | 'rate-limit'
  | 'malformed'
  | 'wrong-shape'
  | 'empty-list'
  | 'redirect'
  | 'page-400'
  | 'page-403'
  | 'page-404'
  | 'athlete-limit'
  | 'callback-domain'
  | 'same-page'
  | 'code-not-ready';

/** Failures that pass by themselves and take no longer than a response. */
export const transientFaults: readonly FaultKind[] = [
  'error-json',
  'html-502',
  '597',
  'reset',
  'reset-mid-body',
  'truncated',
  'wrong-content-type',
  'html-200',
];
