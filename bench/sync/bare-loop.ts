/**
 * The loop that a first script would be: it requests with got, and inserts each response as it is,
 * journaled. No quota, no lease, no bookkeeping, no decoding, no index, no second try.
 */
import got from 'got';
import { MongoClient } from 'mongodb';
import type { Document } from 'mongodb';
import { streamKeys } from '../../src/domain/activity/streams.ts';
import type { Token } from './loop.ts';
import { readArguments, runLoop } from './loop.ts';

const { address, uri, database } = readArguments();
const http = got.extend({ retry: { limit: 0 }, throwHttpErrors: false });
const client = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true } });
const db = client.db(database);
const query = `keys=${streamKeys.join(',')}&key_by_type=true`;

const get = async (url: string, accessToken: string): Promise<unknown> => {
  const response = await http(url, { headers: { authorization: `Bearer ${accessToken}` } });
  return response.statusCode === 404 ? undefined : (JSON.parse(response.body) as unknown);
};

await runLoop(
  address,
  { token: (url, form) => http.post(url, { form }).json<Token>(), get },
  {
    page: async (listed) => {
      for (const activity of listed) await db.collection('activities').insertOne({ ...activity });
    },
    activity: async ({ id }, url, accessToken) => {
      const streams = (await get(`${url}?${query}`, accessToken)) as Document | undefined;
      if (streams === undefined) return;
      await db.collection('streams').insertOne({ activity_id: id, ...streams });
    },
  },
);
await client.close();
