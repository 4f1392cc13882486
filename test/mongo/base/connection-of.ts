/**
 * A connection for tests, as a separate process has it.
 */
import { pino } from 'pino';

import { systemClock } from '../../../src/clock.ts';
import { connectMongo, type Mongo, type MongoOptions } from '../../../src/mongo/base/connection.ts';

/** Opens a database with a deadline of ten seconds and a silent log, unless changed. */
export function open(
  { uri, name }: { readonly uri: string; readonly name: string },
  changes: Partial<MongoOptions> = {},
): Promise<Mongo> {
  return connectMongo({
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
}
