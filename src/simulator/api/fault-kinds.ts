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
 * - `rate-limit`: 429 although no limit was reached
 * - `malformed`: JSON of the right shape with values of wrong types
 * - `wrong-shape`: 200 with JSON of an unknown shape
 * - `empty-list`: 200 with `[]`
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
  | 'rate-limit'
  | 'malformed'
  | 'wrong-shape'
  | 'empty-list'
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
