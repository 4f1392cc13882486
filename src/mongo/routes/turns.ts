/**
 * Lets one write at a time of this process concern the routes of an athlete. Between processes the lease
 * of the athlete does it; a holder that lost it is fenced by its epoch.
 */
import type { Db } from 'mongodb';
import type { Store } from '../schema/collections.ts';

const lastTurns = new WeakMap<Db, Map<number, Promise<unknown>>>();

/** Runs `work` after the turns of the athlete that began earlier, whatever became of them. */
export async function inTurn<T>(
  { db }: Pick<Store, 'db'>,
  athleteId: number,
  work: () => Promise<T>,
): Promise<T> {
  const turns = lastTurns.get(db) ?? new Map<number, Promise<unknown>>();
  lastTurns.set(db, turns);
  const before = turns.get(athleteId);
  const turn = before === undefined ? work() : before.then(work, work);
  turns.set(athleteId, turn);
  try {
    return await turn;
  } finally {
    if (turns.get(athleteId) === turn) turns.delete(athleteId);
  }
}
