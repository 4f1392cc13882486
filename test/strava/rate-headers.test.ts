import { createServer } from 'node:http';

import { describe, expect, it } from 'vitest';

import { createHttp } from '../../src/strava/http.ts';
import { readRateHeaders } from '../../src/strava/rate-headers.ts';

const overall = { 'x-ratelimit-limit': '200,2000', 'x-ratelimit-usage': '17,300' };
const read = { 'x-readratelimit-limit': '100,1000', 'x-readratelimit-usage': '16,250' };
const overallCounts = {
  short: { limit: 200, usage: 17 },
  daily: { limit: 2_000, usage: 300 },
};
const readCounts = {
  short: { limit: 100, usage: 16 },
  daily: { limit: 1_000, usage: 250 },
};

describe('the rate headers', () => {
  it('uses the read limits if they are sent', () => {
    expect(readRateHeaders({ ...overall, ...read })).toEqual(readCounts);
    expect(readRateHeaders(read)).toEqual(readCounts);
  });

  it('uses the overall limits if no others are sent', () => {
    expect(readRateHeaders(overall)).toEqual(overallCounts);
  });

  it('ignores absent rate headers', () => {
    expect(readRateHeaders({})).toBeUndefined();
    expect(readRateHeaders({ 'x-ratelimit-limit': '200,2000' })).toBeUndefined();
    expect(readRateHeaders({ 'x-ratelimit-usage': '1,1' })).toBeUndefined();
  });

  it('accepts a usage above the limit', () => {
    const over = { ...read, 'x-readratelimit-usage': '101,1001' };
    expect(readRateHeaders(over)?.short.usage).toBe(101);
  });

  it('accepts spaces in rate headers', () => {
    const spaced = {
      'x-ratelimit-limit': ' 200 , 2000 ',
      'x-ratelimit-usage': '17, 300',
    };
    expect(readRateHeaders(spaced)).toEqual(overallCounts);
  });

  it.each(['a,b', '-1,5', '1e9,2', '100', '', ',', '1,2,3', '0x10,1', '1.5,2', 'NaN,NaN', '٣,٤'])(
    'ignores rate headers with %j, and uses the others',
    (rubbish) => {
      expect(readRateHeaders({ ...overall, 'x-readratelimit-limit': rubbish })).toEqual(
        overallCounts,
      );
      const usage = { ...overall, ...read, 'x-readratelimit-usage': rubbish };
      expect(readRateHeaders(usage)).toEqual(overallCounts);
      const both = { 'x-ratelimit-limit': rubbish, 'x-ratelimit-usage': rubbish };
      expect(readRateHeaders(both)).toBeUndefined();
    },
  );

  it.each(['0,0', '0,1000', '100,0', '99999999999,1'])('ignores the limit %s', (limit) => {
    const only = { 'x-ratelimit-limit': limit, 'x-ratelimit-usage': '1,1' };
    expect(readRateHeaders(only)).toBeUndefined();
  });

  it.each(['X-ReadRateLimit', 'x-readratelimit', 'X-READRATELIMIT'])(
    'reads rate headers from the wire as %s',
    async (prefix) => {
      const server = createServer((_, response) => {
        response.setHeader(`${prefix}-Limit`, '100,1000');
        response.setHeader(`${prefix}-Usage`, '16,250');
        response.end('{}');
      }).listen(0, '127.0.0.1');
      await new Promise((done) => server.once('listening', done));
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const http = createHttp(5_000);
      const { headers } = await http({ method: 'GET', url: `http://127.0.0.1:${port}/` });
      server.close();
      expect(readRateHeaders(headers)).toEqual(readCounts);
    },
  );
});
