import { describe, expect, it } from 'vitest';

import { readCallbackUrl } from '../../../src/features/webhooks/callback-url.ts';
import { UsageError } from '../../../src/errors.ts';

const secret = 'a-secret-of-24-random-bytes';

describe('a callback URL', () => {
  it.each([
    ['https://strava.example.org', `https://strava.example.org/${secret}`],
    ['https://strava.example.org/', `https://strava.example.org/${secret}`],
    [' https://Strava.Example.org:8443 ', `https://strava.example.org:8443/${secret}`],
    ['https://strava.example.org/fifteen-letters', 'https://strava.example.org/fifteen-letters'],
    ['http://localhost:8484', `http://localhost:8484/${secret}`],
    ['http://127.0.0.1:8484', `http://127.0.0.1:8484/${secret}`],
    ['http://[::1]:8484', `http://[::1]:8484/${secret}`],
  ])('the callback URL for %s is %s', (text, url) => {
    expect(readCallbackUrl(text, secret)).toBe(url);
  });

  it.each([
    ['strava.example.org', 'takes an address such as'],
    ['ftp://strava.example.org', 'takes an address such as'],
    ['http://strava.example.org', 'has to begin with https://'],
    ['http://127.0.0.1.example.org', 'has to begin with https://'],
    ['https://strava.example.org/fourteen-chars', 'at least 16 characters'],
    ['https://user:word@strava.example.org', 'without a user'],
    ['https://strava.example.org/?key=value', 'without a user, a query'],
    ['https://strava.example.org/#here', 'without a user, a query'],
  ])('%s is no callback URL', (text, sentence) => {
    const read = () => readCallbackUrl(text, secret);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(sentence);
  });
});
