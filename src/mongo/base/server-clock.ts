/**
 * MongoDB's clock: what windows are counted by until the first response of Strava.
 */
import type { Clock } from '../../clock.ts';
import type { Mongo } from './connection.ts';

const tolerableMs = 2_000;

/** How far MongoDB's clock is ahead of ours, in milliseconds; 0 where the difference is small. */
export async function serverOffsetMs({ db }: Pick<Mongo, 'db'>, clock: Clock): Promise<number> {
  const { localTime } = await db.command({ hello: 1 });
  if (!(localTime instanceof Date)) return 0;
  const offsetMs = localTime.getTime() - clock.nowMs();
  return Math.abs(offsetMs) > tolerableMs ? offsetMs : 0;
}
