/**
 * Makes the routes of athletes again. Each athlete is held meanwhile, because a route that another process
 * founds beside it would be a second one of the same way.
 */
import { AthleteHeldError, LeaseLostError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { rebuildRoutes } from '../../mongo/routes/rebuild-routes.ts';
import { areRoutesTrue } from '../../mongo/routes/untrue-routes.ts';
import type { Program } from '../../program.ts';
import { whileExclusive } from '../shared/exclusive-athlete.ts';
import type { CountProgress } from '../shared/progress/count-progress.ts';
import { createCountProgress } from '../shared/progress/count-progress.ts';
import { countActivities, countRoutes } from './store.ts';

export interface RouteCounts {
  /** How many there are now. */
  readonly routes: number;
  /** How many activities are on another route than before, or on none any more. */
  readonly rerouted: number;
  readonly leftOut: readonly LeftOut[];
}

/** An athlete whom another process keeps, so that not all of the routes were compared. */
export interface LeftOut {
  readonly athlete: number;
  /** Why, and what to do. */
  readonly reason: string;
}

export interface RoutesToRebuild {
  readonly athleteIds: readonly number[];
  /** Whether tracks are compared again also where nothing is missing. */
  readonly isAll: boolean;
}

/** Waits a minute for an athlete whom another process keeps, then goes on with the others. */
export async function rebuildAllRoutes(
  program: Program,
  database: Database,
  { athleteIds, isAll }: RoutesToRebuild,
): Promise<RouteCounts> {
  const { signal } = program;
  const { store } = database;
  let [routes, rerouted] = [0, 0];
  const leftOut: LeftOut[] = [];
  using progress = createCountProgress(program, { doing: 'Matching routes', unit: 'activities' });
  for (const athleteId of athleteIds) {
    if (!signal.aborted && (isAll || !(await areRoutesTrue(store, athleteId)))) {
      const part = athleteIds.length > 1 ? `of athlete ${athleteId}` : '';
      progress.begin(part, await countActivities(store, athleteId));
      const held = await rebuildHeld(program, database, { athleteId, progress });
      rerouted += held.rerouted;
      if (held.reason !== undefined) leftOut.push({ athlete: athleteId, reason: held.reason });
    }
    routes += await countRoutes(store, athleteId);
  }
  return { routes, rerouted, leftOut };
}

/** Returns how many activities were moved, and why not all were compared. */
async function rebuildHeld(
  program: Program,
  database: Database,
  { athleteId, progress }: { readonly athleteId: number; readonly progress: CountProgress },
): Promise<{ readonly rerouted: number; readonly reason?: string }> {
  const { signal } = program;
  const undone = 'Its routes were not all compared again';
  let rerouted = 0;
  try {
    await whileExclusive(
      program,
      database,
      { athleteId, undone, failIfHeld: false },
      async (lease) => {
        const write = { athleteId, epoch: lease.epoch };
        for await (const { activities, moved } of rebuildRoutes(database.store, write, signal)) {
          await lease.assertHeld();
          progress.advance(activities);
          rerouted += moved;
        }
      },
    );
  } catch (error) {
    if (error instanceof AthleteHeldError) return { rerouted, reason: error.message };
    if (error instanceof LeaseLostError) {
      const taken = `Another process took athlete ${athleteId} over`;
      return { rerouted, reason: `${taken}. ${undone}: run the same command again later.` };
    }
    // The wait for another process was stopped.
    if (!signal.aborted || error !== signal.reason) throw error;
  }
  return { rerouted };
}
