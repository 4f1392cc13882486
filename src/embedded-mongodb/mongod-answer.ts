/**
 * Asks the mongod at a port of the loopback address who it is, and waits until the one that is
 * meant answers.
 */
import { MongoClient } from 'mongodb';

import type { Clock } from '../clock.ts';
import { EmbeddedServerError } from '../errors.ts';
import { hasListener } from './loopback-port.ts';

const pollMs = 20;
const askTimeoutMs = 2_000;
/** Recovery after a crash replays a minute of journal at most. */
const responseTimeoutMs = 120_000;

interface WaitOptions {
  port: number;
  /** The process that has to answer; another one at that port does not count. */
  pid: number;
  isRunning: () => Promise<boolean>;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/** What a mongod says of itself. */
export interface MongodResponse {
  pid: number;
  version: string;
}

/** Throws EmbeddedServerError when the process ends or takes minutes, and the signal's reason. */
export async function waitUntilAnswers(options: WaitOptions): Promise<MongodResponse> {
  const { port, pid, clock, signal } = options;
  const deadlineMs = clock.monotonicMs() + responseTimeoutMs;
  while (clock.monotonicMs() < deadlineMs) {
    signal?.throwIfAborted();
    const answer = (await hasListener(port)) ? await askMongod(port) : undefined;
    if (answer?.pid === pid) return answer;
    if (!(await options.isRunning())) throw new EmbeddedServerError(`mongod ${pid} has ended.`);
    await clock.sleep(pollMs, signal);
  }
  throw new EmbeddedServerError(`mongod ${pid} does not answer at port ${port}.`);
}

/** Undefined when what listens there does not answer as a mongod. */
async function askMongod(port: number): Promise<MongodResponse | undefined> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: askTimeoutMs,
    connectTimeoutMS: askTimeoutMs,
    socketTimeoutMS: askTimeoutMs,
  });
  try {
    const { pid, version } = await client.db('admin').command({ serverStatus: 1, metrics: 0 });
    return { pid: Number(pid), version: String(version) };
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}
