/**
 * A connection for tests, as a separate process has it.
 */
import { pino } from 'pino';

import { systemClock } from '../../../src/clock.ts';
import { connectMongo, type MongoOptions } from '../../../src/mongo/base/connection.ts';
import type { Store } from '../../../src/mongo/schema/collections.ts';
import { storeOf } from '../../../src/mongo/schema/collections.ts';

/** Opens a database with a deadline of ten seconds and a silent log, unless changed. */
export async function open(
  { uri, name }: { readonly uri: string; readonly name: string },
  changes: Partial<MongoOptions> = {},
): Promise<Store> {
  const mongo = await connectMongo({
    uri,
    database: name,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    random: () => 0.5,
    deadlineMs: 10_000,
    signal: new AbortController().signal,
    onAway: () => Promise.resolve(),
    ...changes,
  });
  return storeOf(mongo);
}
