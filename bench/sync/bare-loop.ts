/**
 * The baseline of the job: it lists, fetches the streams four at a time, and inserts each, journaled.
 * No quota, no lease, no bookkeeping, no decoding, no index, no second try.
 */
import got from 'got';
import { MongoClient } from 'mongodb';
import type { Document } from 'mongodb';
import { streamKeys } from '../../src/domain/activity/streams.ts';
import type { StravaAddress } from './strava.ts';

const atOnce = 4;
const pageSize = 200;
const [addressText = '', uri = ''] = process.argv.slice(2);
const { apiUrl, oauthUrl, refreshToken, clientId, clientSecret } = JSON.parse(
  addressText,
) as StravaAddress;

interface Listed {
  readonly id: number;
}

const form = {
  client_id: clientId,
  client_secret: clientSecret,
  grant_type: 'refresh_token',
  refresh_token: refreshToken,
};
const { access_token } = await got
  .post(`${oauthUrl}/token`, { form })
  .json<{ readonly access_token: string }>();
const api = got.extend({
  headers: { authorization: `Bearer ${access_token}` },
  retry: { limit: 0 },
  throwHttpErrors: false,
});

const client = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true } });
const db = client.db('bare_loop');

async function fetchStreams({ id }: Listed): Promise<void> {
  const searchParams = { keys: streamKeys.join(','), key_by_type: 'true' };
  const response = await api(`${apiUrl}/activities/${id}/streams`, { searchParams });
  if (response.statusCode === 404) return;
  const streams = JSON.parse(response.body) as Document;
  await db.collection('streams').insertOne({ activity_id: id, ...streams });
}

async function work(queue: Listed[]): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) await fetchStreams(next);
}

for (let page = 1; ; page += 1) {
  const searchParams = { per_page: pageSize, page };
  const listed = await api(`${apiUrl}/athlete/activities`, { searchParams }).json<Listed[]>();
  if (listed.length === 0) break;
  for (const activity of listed) await db.collection('activities').insertOne({ ...activity });
  const queue = [...listed];
  await Promise.all(Array.from({ length: atOnce }, () => work(queue)));
}
await client.close();
