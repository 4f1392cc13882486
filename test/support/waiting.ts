/**
 * Waits by polling, for conditions without an event, such as a document in a database.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when `poll` returns true. @throws if it does not within the time. */
export async function eventually(
  poll: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await poll())) {
    if (performance.now() > endMs) throw new Error(`Not within ${timeoutMs} ms: ${String(poll)}`);
    await sleep(50);
  }
}
