import { beforeEach, describe, expect, it } from 'vitest';

import { createTokenStore } from '../../../src/mongo/tokens/tokens.ts';
import type { TokenStore, Tokens } from '../../../src/sync/ports/tokens.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId } from '../pages.ts';

const adapter = useAdapter();
const at = new Date('2026-10-05T10:00:00Z');
const grant: Tokens = {
  athleteId,
  accessToken: 'access-1',
  refreshToken: 'refresh-1',
  expiresAt: new Date('2026-10-05T16:00:00Z'),
  obtainedAt: at,
  scope: ['read', 'activity:read_all'],
  clientId: '12345',
};

function store(): TokenStore {
  return createTokenStore(adapter.store, everyApplication);
}

beforeEach(() => adapter.empty());

describe('a stored grant', () => {
  it('a stored grant is loaded as it was saved', async () => {
    await store().save(grant);
    expect(await store().load(athleteId)).toEqual(grant);
    expect(await store().load(2002)).toBeUndefined();
  });

  it('a stored grant has its id as int64 and its expiry as a date', async () => {
    await store().save(grant);
    const types = { _id: { $type: 'long' }, expires_at: { $type: 'date' } } as const;
    expect(await adapter.database.db.collection('tokens').countDocuments(types)).toBe(1);
  });

  it('a stored grant may lack scope, client and age', async () => {
    const bare: Tokens = {
      athleteId,
      accessToken: 'a',
      refreshToken: 'r',
      expiresAt: at,
    };
    await store().save(grant);
    await store().save(bare);
    expect(await store().load(athleteId)).toEqual(bare);
  });

  it('a stored grant is marked when Strava rejects it, until the next login', async () => {
    await store().save(grant);
    await store().markNeedsAuthorization(grant, 'rejected', at);
    const needsAuthorization = { since: at, reason: 'rejected' };
    expect(await store().load(athleteId)).toEqual({ ...grant, needsAuthorization });
    await store().save({ ...grant, refreshToken: 'refresh-2' });
    expect(await store().load(athleteId)).not.toHaveProperty('needsAuthorization');
  });

  it('a stored grant is not marked where another refresh token is stored meanwhile', async () => {
    await store().save({ ...grant, refreshToken: 'refresh-2' });
    await store().markNeedsAuthorization(grant, 'rejected', at);
    expect(await store().load(athleteId)).not.toHaveProperty('needsAuthorization');
  });

  it('a stored grant is not created by a mark', async () => {
    await store().markNeedsAuthorization(grant, 'rejected', at);
    expect(await store().load(athleteId)).toBeUndefined();
  });

  it('a stored grant is renewed only where the old one is stored', async () => {
    await store().save(grant);
    const renewed = { ...grant, accessToken: 'access-2', refreshToken: 'refresh-2' };
    await store().renew(grant, renewed);
    expect(await store().load(athleteId)).toEqual(renewed);
    await store().renew(grant, { ...grant, accessToken: 'access-3' });
    expect(await store().load(athleteId)).toEqual(renewed);
  });
});
