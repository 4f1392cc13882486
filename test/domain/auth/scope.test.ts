import { describe, expect, it, test } from 'vitest';

import { canReadActivities, missingScopes, splitScopes } from '../../../src/domain/auth/scope.ts';

const wanted = ['read', 'activity:read_all', 'profile:read_all', 'read_all'];

test('nothing is missing where everything was granted', () => {
  expect(missingScopes(wanted, wanted)).toEqual([]);
});

test('a wider scope includes the smaller one', () => {
  expect(missingScopes(['read', 'activity:read'], ['read_all', 'activity:read_all'])).toEqual([]);
});

test('a smaller scope does not include the wider one', () => {
  expect(missingScopes(['read_all'], ['read']).map(({ scope }) => scope)).toEqual(['read_all']);
});

describe('what a missing scope means', () => {
  it('names private activities and privacy zones for activity:read_all', () => {
    const [missing] = missingScopes(wanted, [
      'read',
      'activity:read',
      'read_all',
      'profile:read_all',
    ]);
    expect(missing?.scope).toBe('activity:read_all');
    expect(missing?.consequence).toMatch(/private activities are absent.*privacy zones are cut/);
  });

  it('says something of its own for every known scope, in the order wanted', () => {
    const known = ['read', 'read_all', 'profile:read_all', 'profile:write'];
    known.push('activity:read', 'activity:read_all', 'activity:write');
    const missing = missingScopes(known, []);
    expect(missing.map(({ scope }) => scope)).toEqual(known);
    expect(new Set(missing.map(({ consequence }) => consequence)).size).toBe(known.length);
  });

  it('says something for a scope that nobody knows yet', () => {
    expect(missingScopes(['club:read'], [])).toEqual([
      { scope: 'club:read', consequence: 'what it allows cannot be read' },
    ]);
  });
});

test.each([
  [['read'], false],
  [[], false],
  [['activity:write', 'read_all'], false],
  [['activity:read'], true],
  [['activity:read_all'], true],
])('with %j activities can be read: %s', (completed, isPossible) => {
  expect(canReadActivities(completed)).toBe(isPossible);
});

test.each([
  ['read,activity:read_all', ['read', 'activity:read_all']],
  ['read activity:read_all', ['read', 'activity:read_all']],
  ['', []],
  [' read, read_all ', ['read', 'read_all']],
])('"%s" is split at commas and spaces', (text, scopes) => {
  expect(splitScopes(text)).toEqual(scopes);
});
