/**
 * Whether MongoDB answers: a ping before a read, so that nobody waits for as long as a read may take.
 */
import { MongoUnavailableError } from '../../../errors.ts';
import type { Store } from '../../../mongo/schema/collections.ts';

/** A ping takes longer only while MongoDB is away. */
export const maxPingMs = 2_000;

export async function reaches(store: Store | undefined): Promise<boolean> {
  try {
    await store?.db.command({ ping: 1 });
    return store !== undefined;
  } catch (error) {
    if (error instanceof MongoUnavailableError) return false;
    throw error;
  }
}
