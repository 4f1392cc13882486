/**
 * `tokens` and `pending_logins`: the logins; and `subscriptions`: what Strava calls us by.
 */
import { date, define, int64, list, object, optional, secret, text } from './field.ts';

const digest = '4a44dc15364204a80fe80e9039455cc1608281820fe2b24f1e5233ade6af1dd5';

export const grant = {
  access_token: secret('sealed where `TOKEN_KEY_FILE` is set', 'a4b945687g'),
  refresh_token: secret('sealed where `TOKEN_KEY_FILE` is set', 'e5n567567f'),
  refresh_digest: optional(text('SHA-256 of a refresh token that is sealed', digest)),
  expires_at: date('until when the access token is good'),
  obtained_at: optional(date('when the grant came')),
  scope: optional(list('what the athlete granted', text('a scope', 'activity:read_all'))),
  client_id: optional(text('the application that it is for', '12345')),
};

export const tokens = define({
  name: 'tokens',
  meaning:
    "One athlete's login. A sealed token is an object of `v`, `key`, `iv`, `data` and `tag`.",
  fields: {
    _id: int64("Strava's athlete id", 1_001),
    ...grant,
    needs_authorization: optional(
      object('the athlete has to log in again', {
        since: date('since when'),
        reason: text('why', 'Strava does not take the refresh token any more'),
        earlier: optional(
          object('what was marked before an erasure began', {
            since: date('since when'),
            reason: text('why', 'Strava does not take the refresh token any more'),
          }),
        ),
      }),
    ),
  },
});

export const pendingLogins = define({
  name: 'pending_logins',
  meaning:
    'One grant whose athlete is not known yet; there for seconds, and gone after 30 days where a login was cut off.',
  fields: {
    _id: text('SHA-256 of the refresh token that it replaced', digest),
    ...grant,
    athlete_id: optional(int64('whose it turned out to be', 1_001)),
  },
  indexes: [{ name: 'expiry', key: { obtained_at: 1 }, expireAfterSeconds: 30 * 24 * 60 * 60 }],
});

export const subscriptions = define({
  name: 'subscriptions',
  meaning: "One application's webhook subscription.",
  fields: {
    _id: text('the client id', '12345'),
    subscription_id: optional(int64("Strava's id of it; absent while it is being made", 120_475)),
    callback_url: text('where Strava sends its events', 'https://example.org/strava'),
    verify_token: text('what Strava has to send back', 'k3J9…'),
    created_at: date('when it was asked for'),
  },
});
