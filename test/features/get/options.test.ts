import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { requestOf } from '../../../src/features/get/options.ts';

const apiUrl = 'https://www.strava.com/api/v3';

function pathOf(given: string, ...params: readonly string[]): string {
  return requestOf(given, params, apiUrl).path;
}

describe('the path and the parameters of get', () => {
  it.each([
    ['/athlete', '/athlete'],
    ['/gear/b12%20x', '/gear/b12%20x'],
    ['/athlete/', '/athlete/'],
    ['https://www.strava.com/api/v3/athlete/clubs', '/athlete/clubs'],
    ['HTTPS://WWW.STRAVA.COM/api/v3/athlete?page=2', '/athlete?page=2'],
  ])('the path %s is requested as %s', (given, path) => {
    const what = path.replace(/\?.*/, '');
    expect(requestOf(given, [], apiUrl)).toEqual({ path, what });
  });

  it('the query of the path is joined with the parameters, encoded', () => {
    const path = pathOf(
      '/segments/explore?activity_type=riding',
      'bounds=1,2',
      'name=a=b&c d',
      'e=',
    );
    expect([...new URL(`${apiUrl}${path}`).searchParams]).toEqual([
      ['activity_type', 'riding'],
      ['bounds', '1,2'],
      ['name', 'a=b&c d'],
      ['e', ''],
    ]);
  });

  it.each([
    'athlete',
    '',
    '/',
    '//evil.example/athlete',
    '/athlete//clubs',
    '/../oauth/token',
    '/activities/./1',
    '/activities/%2e%2E/1',
    '/activities/..%2f1',
    '/activities/..%5c1',
    '/activities/..\\1',
    '/activities/%00',
    '/athlete#clubs',
    '/athlete/ü',
    '/athlete/100%',
  ])('the path %j is rejected with an example', (given) => {
    expect(() => pathOf(given)).toThrow(UsageError);
    expect(() => pathOf(given)).toThrow('for example /athlete/clubs');
  });

  it.each(['/athlete\n', '/ath\u001blete', '/athlete\u009b', '/athlete?a=b\u0000', '/a b'])(
    'the path %j with a control character or a space is rejected',
    (given) => {
      expect(() => pathOf(given)).toThrow(/^The path has a control character or a space/);
    },
  );

  it.each([
    'http://www.strava.com/api/v3/athlete',
    'https://evil.example/api/v3/athlete',
    'https://www.strava.com.evil.example/api/v3/athlete',
    'https://www.strava.com@evil.example/api/v3/athlete',
    'https://ada:secret@www.strava.com/api/v3/athlete',
    'https://www.strava.com:444/api/v3/athlete',
    'https://www.strava.com/oauth/token',
    'https://www.strava.com/api/v3',
    'https://www.strava.com/api/v30/athlete',
    'https:///athlete',
    'file:///etc/passwd',
  ])('the URL %s of another API is rejected without its text', (given) => {
    expect(() => pathOf(given)).toThrow(UsageError);
    expect(() => pathOf(given)).toThrow(
      /^The URL is not of Strava's API at https:\/\/www\.strava\.com\/api\/v3: give a path/,
    );
  });

  it('a complete URL cannot leave the API by dots', () => {
    expect(() => pathOf('https://www.strava.com/api/v3/../../oauth/token')).toThrow(UsageError);
  });

  it.each(['per_page', '=5', '', 'a\u001b=5'])('the parameter %j is rejected', (param) => {
    expect(() => pathOf('/athlete', param)).toThrow('--param takes key=value');
  });

  it('a parameter that is given twice is rejected, also if one is in the path', () => {
    expect(() => pathOf('/athlete', 'page=1', 'page=2')).toThrow('"page" is given twice');
    expect(() => pathOf('/athlete?page=1', 'page=2')).toThrow('"page" is given twice');
  });

  it.each(['access_token', 'Client_Secret', 'refresh_token'])(
    'the secret parameter %s is rejected without its value',
    (name) => {
      expect(() => pathOf('/athlete', `${name}=hush`)).toThrow(`Leave ${name} out`);
      expect(() => pathOf(`/athlete?${name}=hush`)).not.toThrow('hush');
    },
  );
});
