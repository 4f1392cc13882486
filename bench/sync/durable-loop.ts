/**
 * The loop that does what has to be done, and nothing more: each request is reserved by a journaled write,
 * sent by node:http, its streams are inserted as arrays, and the activity is marked, both journaled. It
 * derives nothing, checks nothing and tries nothing again.
 */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { MongoClient } from 'mongodb';
import { streamKeys } from '../../src/domain/activity/streams.ts';
import type { Token } from './loop.ts';
import { readArguments, runLoop } from './loop.ts';

interface Owned {
  readonly _id: number | string;
}

interface Stream {
  readonly data: readonly unknown[];
}

const { address, uri, database } = readArguments();
const agent = new Agent({ keepAlive: true });
const client = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true } });
const db = client.db(database);
const activities = db.collection<Owned>('activities');
const quota = db.collection<Owned>('quota');
const query = `keys=${streamKeys.join(',')}&key_by_type=true`;

async function send(url: string, headers: Record<string, string>, body?: string): Promise<unknown> {
  const method = body === undefined ? 'GET' : 'POST';
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  request(url, { agent, method, headers }, (response) => {
    text(response).then((json) => {
      resolve(response.statusCode === 404 ? undefined : (JSON.parse(json) as unknown));
    }, reject);
  })
    .on('error', reject)
    .end(body);
  return promise;
}

const get = async (url: string, accessToken: string): Promise<unknown> => {
  await quota.updateOne({ _id: 'quota' }, { $inc: { reserved: 1 } }, { upsert: true });
  return send(url, { authorization: `Bearer ${accessToken}` });
};

await runLoop(
  address,
  {
    token: async (url, form) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return (await send(url, headers, new URLSearchParams(form).toString())) as Token;
    },
    get,
  },
  {
    page: async (listed) => {
      await activities.insertMany(listed.map(({ id, ...rest }) => ({ _id: id, ...rest })));
    },
    activity: async ({ id }, url, accessToken) => {
      const found = (await get(`${url}?${query}`, accessToken)) as
        Record<string, Stream> | undefined;
      if (found !== undefined) {
        const arrays = Object.entries(found).map(([key, { data }]) => [key, data] as const);
        const document = { activity_id: id, ...Object.fromEntries(arrays) };
        await db.collection('streams').insertOne(document);
      }
      const state = found === undefined ? 'none' : 'stored';
      await activities.updateOne({ _id: id }, { $set: { 'sync.streams.state': state } });
    },
  },
);
agent.destroy();
await client.close();
