import { expect, it } from 'vitest';
import { acceptsGzip } from '../../src/http/accepts-gzip.ts';

it.each([
  ['gzip', true],
  ['br, gzip;q=0.5, *;q=0.1', true],
  ['gzip ; q=1.000', true],
  ['gzip;q=0', false],
  ['gzip;q=0.000, br', false],
  ['xgzip, br', false],
  ['identity', false],
  ['', false],
  [undefined, false],
])('an Accept-Encoding of "%s" accepts gzip: %s', (header, accepts) => {
  expect(acceptsGzip(header)).toBe(accepts);
});
