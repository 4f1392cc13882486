import { describe, expect, it, test } from 'vitest';

import { canReadActivities, missingScopes, splitScopes } from '../../../src/domain/auth/scope.ts';

const requested = ['read', 'activity:read_all', 'profile:read_all', 'read_all'];

test('no scope is missing where all were granted', () => {
  expect(missingScopes(requested, requested)).toEqual([]);
});

test('a wider scope includes the smaller one', () => {
  expect(missingScopes(['read', 'activity:read'], ['read_all', 'activity:read_all'])).toEqual([]);
});

test('a smaller scope does not include the wider one', () => {
  expect(missingScopes(['read_all'], ['read']).map(({ scope }) => scope)).toEqual(['read_all']);
});

describe('the consequence of a missing scope', () => {
  it('the consequence of a missing scope without activity:read_all names private activities and privacy zones', () => {
    const [missing] = missingScopes(requested, [
      'read',
      'activity:read',
      'read_all',
      'profile:read_all',
    ]);
    expect(missing?.scope).toBe('activity:read_all');
    expect(missing?.consequence).toMatch(/private activities are absent.*privacy zones are cut/);
  });

  it('the consequence of a missing scope differs for every known scope, in the requested order', () => {
    const known = ['read', 'read_all', 'profile:read_all', 'profile:write'];
    known.push('activity:read', 'activity:read_all', 'activity:write');
    const missing = missingScopes(known, []);
    expect(missing.map(({ scope }) => scope)).toEqual(known);
    expect(new Set(missing.map(({ consequence }) => consequence)).size).toBe(known.length);
  });

  it('the consequence of a missing scope is a general sentence for an unknown scope', () => {
    expect(missingScopes(['club:read'], [])).toEqual([
      { scope: 'club:read', consequence: 'the data of this scope cannot be read' },
    ]);
  });
});

test.each([
  [['read'], false],
  [[], false],
  [['activity:write', 'read_all'], false],
  [['activity:read'], true],
  [['activity:read_all'], true],
])('the scopes %j allow to read activities: %s', (granted, isPossible) => {
  expect(canReadActivities(granted)).toBe(isPossible);
});

test.each([
  ['read,activity:read_all', ['read', 'activity:read_all']],
  ['read activity:read_all', ['read', 'activity:read_all']],
  ['', []],
  [' read, read_all ', ['read', 'read_all']],
])('splits the scopes "%s" at commas and spaces', (text, scopes) => {
  expect(splitScopes(text)).toEqual(scopes);
});
