import { describe, expect, it } from 'vitest';

import { StravaTransientError } from '../../../src/strava-errors.ts';
import { checkWebhook } from '../../../src/features/doctor/webhook.ts';
import type { Store } from '../../../src/mongo/schema/collections.ts';
import type { Http } from '../../../src/strava/http.ts';

const { signal } = new AbortController();
const stored = {
  _id: '7',
  subscription_id: 1,
  callback_url: 'https://strava.example.org/s3cret-path',
  verify_token: 's3cret-token',
  created_at: new Date(0),
};

const check = async (subscription: object | null, http: Http) => {
  const store = { subscriptions: { findOne: () => Promise.resolve(subscription) } };
  const connection = { store: store as unknown as Store };
  const [finding] = await checkWebhook({ clientId: '7', connection, http }, signal);
  return finding;
};

const returning =
  (status: number, bodyOf: (challenge: string) => string): Http =>
  ({ url }) => {
    const challenge = new URL(url).searchParams.get('hub.challenge') ?? '';
    return Promise.resolve({ status, headers: {}, body: bodyOf(challenge) });
  };

const daemon = returning(200, (challenge) => JSON.stringify({ 'hub.challenge': challenge }));

describe('the webhook', () => {
  it('the webhook is ok where there is no subscription', async () => {
    expect(await check(null, daemon)).toEqual({
      mark: 'ok',
      found: 'There is no webhook subscription.',
    });
  });

  it('the webhook is a warning while Strava has not confirmed it', async () => {
    const pending = { ...stored, subscription_id: undefined };
    expect((await check(pending, daemon))?.mark).toBe('warning');
  });

  it('the webhook is ok if the daemon returns the challenge', async () => {
    expect(await check(stored, daemon)).toEqual({
      mark: 'ok',
      found: 'The callback URL at strava.example.org leads to a daemon on this database.',
    });
  });

  it.each<readonly [string, Http, string]>([
    ['returns 404', returning(404, () => ''), 'it returned 404.'],
    ['returns a page', returning(200, () => '<html>'), 'it does not return the challenge.'],
    ['returns another challenge', returning(200, () => '{"hub.challenge":"x"}'), 'challenge.'],
    [
      'is away',
      () => Promise.reject(new StravaTransientError('strava.example.org refuses the connection.')),
      'refuses the connection.',
    ],
  ])(
    'the webhook is a warning without a secret if the callback URL %s',
    async (_, http, reason) => {
      const finding = await check(stored, http);
      expect(finding?.mark).toBe('warning');
      expect(finding?.found).toContain(reason);
      expect(JSON.stringify(finding)).not.toContain('s3cret');
    },
  );
});
