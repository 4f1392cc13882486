/**
 * The logins (`tokens`, `pending_logins`) and the webhook subscriptions (`subscriptions`).
 */
import { date, define, int64, list, object, optional, secret, text } from '../field.ts';

const digest = '4a44dc15364204a80fe80e9039455cc1608281820fe2b24f1e5233ade6af1dd5';

const grant = {
  access_token: secret('the access token, sealed if `TOKEN_KEY_FILE` is set', 'a4b945687g'),
  refresh_token: secret('the refresh token, sealed if `TOKEN_KEY_FILE` is set', 'e5n567567f'),
  refresh_digest: optional(text('SHA-256 of a sealed refresh token', digest)),
  expires_at: date('when the access token expires'),
  obtained_at: optional(date('when Strava issued the tokens')),
  scope: optional(
    list('the scopes that the athlete granted', text('a scope', 'activity:read_all')),
  ),
  client_id: optional(text("the application's client id", '12345')),
};

const mark = {
  since: date('since when'),
  reason: text('why', 'Strava rejected the stored refresh token'),
};

export const tokens = define({
  name: 'tokens',
  meaning:
    "One athlete's login. A sealed token is an object of `v`, `key`, `iv`, `data` and `tag`.",
  fields: {
    _id: int64("Strava's athlete id", 1_001),
    ...grant,
    needs_authorization: optional(
      object('set when the athlete has to log in again', {
        ...mark,
        earlier: optional(object('the mark that an erasure in progress replaced', mark)),
      }),
    ),
  },
});

export const pendingLogins = define({
  name: 'pending_logins',
  meaning:
    'One login whose athlete is not known yet. It exists for seconds; an interrupted one is deleted after 30 days.',
  fields: {
    _id: text('SHA-256 of the refresh token that it replaced', digest),
    ...grant,
    athlete_id: optional(int64("the athlete's id, once it is known", 1_001)),
  },
  indexes: [{ name: 'expiry', key: { obtained_at: 1 }, expireAfterSeconds: 30 * 24 * 60 * 60 }],
});

export const subscriptions = define({
  name: 'subscriptions',
  meaning: "One application's webhook subscription.",
  fields: {
    _id: text('the client id', '12345'),
    subscription_id: optional(
      int64("Strava's id of it; absent until Strava has created it", 120_475),
    ),
    callback_url: text('the URL that receives the events', 'https://example.org/strava'),
    verify_token: text('the token that Strava has to send back', 'k3J9…'),
    created_at: date('when it was requested'),
  },
});
