/**
 * Compares the database with the simulator's truth, and stores grants in it as an earlier login would
 * have left them.
 */
import type { Db, Document } from 'mongodb';
import { Long } from 'mongodb';
import type { Simulator } from '../../src/simulator/simulator.ts';

/** Stores a grant whose access token has expired, so that the first command refreshes it. */
export async function logIn(db: Db, simulator: Simulator, athleteId: number): Promise<void> {
  await db.collection('tokens').replaceOne(
    { _id: Long.fromNumber(athleteId) },
    {
      access_token: 'expired',
      refresh_token: simulator.issueRefreshToken(athleteId),
      expires_at: new Date(0),
      scope: ['read', 'activity:read_all', 'profile:read_all', 'read_all'],
      client_id: simulator.clientId,
    },
    { upsert: true },
  );
}

const ours = ['_id', 'track', 'start_point', 'derived', 'export', 'sync'];

/** The differences between the database and Strava, one sentence each. */
export async function differences(
  db: Db,
  { world }: Simulator,
  athleteId: number,
): Promise<readonly string[]> {
  const found: string[] = [];
  const truth = world.activities(athleteId);
  const stored = await db.collection('activities').find({ 'sync.athlete_id': athleteId }).toArray();
  const byId = new Map(stored.map((document) => [Number(document._id), document]));
  if (byId.size !== truth.length) found.push(`${byId.size} stored, ${truth.length} at Strava`);
  for (const { id, hasStreams } of truth) {
    const document = byId.get(id);
    if (document === undefined) {
      found.push(`${id} is missing`);
      continue;
    }
    const expected = JSON.stringify(sorted(world.summary(id)));
    const actual = JSON.stringify(sorted(asSent(document)));
    if (expected !== actual) found.push(`${id} differs: ${actual} for ${expected}`);
    const state = (document['sync'] as { streams: { state: string } }).streams.state;
    if (state !== (hasStreams ? 'stored' : 'none')) found.push(`${id} has its streams ${state}`);
    found.push(...(await streamDifferences(db, world.streams(id), id)));
  }
  return found;
}

function asSent(document: Document): Document {
  const fields = Object.entries(document).filter(([key]) => !ours.includes(key));
  const startAt = document['start_date'] as Date;
  return { ...Object.fromEntries(fields), start_date: startAt.toISOString().replace('.000Z', 'Z') };
}

function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Long.isLong(value)) return value.toString();
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

async function streamDifferences(
  db: Db,
  truth: Readonly<Record<string, readonly unknown[]>> | null,
  id: number,
): Promise<readonly string[]> {
  const parts = await db
    .collection('streams')
    .find({ activity_id: id })
    .sort({ part: 1 })
    .toArray();
  if (truth === null) return parts.length === 0 ? [] : [`${id} has streams that Strava has not`];
  const whole = new Map<string, unknown[]>();
  for (const part of parts) {
    for (const [key, value] of Object.entries(part)) {
      if (Array.isArray(value) && key !== 'computed')
        whole.set(key, [...(whole.get(key) ?? []), ...(value as unknown[])]);
    }
  }
  const expected = new Map(
    Object.entries(truth).flatMap(([key, data]): [string, unknown[]][] =>
      key === 'latlng' ? splitPositions(data) : [[key, [...data]]],
    ),
  );
  const isEqual = JSON.stringify(entriesOf(whole)) === JSON.stringify(entriesOf(expected));
  return isEqual
    ? []
    : [`${id} has other streams: ${[...whole.keys()].join()} for ${[...expected.keys()].join()}`];
}

function entriesOf(streams: ReadonlyMap<string, unknown[]>): unknown {
  return [...streams].sort(([one], [other]) => (one < other ? -1 : 1));
}

function splitPositions(data: readonly unknown[]): [string, unknown[]][] {
  const at = (index: number): unknown[] =>
    data.map((pair) => (Array.isArray(pair) ? (pair[index] as unknown) : null));
  return [
    ['lat', at(0)],
    ['lng', at(1)],
  ];
}
