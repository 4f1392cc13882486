/**
 * The ways in which a request can go wrong.
 */

/**
 * - `error-json`: 500 with `{"message":"error"}`
 * - `html-502`: a gateway's page
 * - `597`: Strava's own odd status, with an empty body
 * - `reset`: the connection is cut before anything is done or answered
 * - `reset-mid-body`: the work is done, and the connection is cut in the middle of the answer
 * - `truncated`: the work is done, and half of the body comes, with its full length announced
 * - `cut-json`: the answer is complete by its length, but its JSON ends in the middle
 * - `wrong-content-type`: the right body as `text/plain`
 * - `html-200`: a maintenance page with status 200
 * - `hang`: nothing is ever answered
 * - `drip`: one byte a second
 * - `rate-limit`: 429 although no limit was reached
 * - `malformed`: JSON of the right shape with values of wrong types
 * - `wrong-shape`: 200 with JSON that nobody can understand
 * - `empty-list`: 200 with `[]`
 * - `code-not-ready`: a fresh code is refused once, and stays good
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

/** Strava's weather: what passes by itself and takes no longer than any answer. */
export const weather: readonly FaultKind[] = [
  'error-json',
  'html-502',
  '597',
  'reset',
  'reset-mid-body',
  'truncated',
  'wrong-content-type',
  'html-200',
];
