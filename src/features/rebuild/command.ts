/**
 * `rebuild`: computes `derived`, the tracks and the routes again from stored data, also beside a running daemon. It
 * needs no request to Strava, no client and no login.
 */
import { commandLine } from '../../domain/invocation.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import type { RouteCounts } from './routes.ts';
import { rebuildAllRoutes } from './routes.ts';
import type { Rebuilt } from './store.ts';
import { activityIds, countActivities, currentIds, rebuildActivities } from './store.ts';
import { athletesWithActivities } from '../../mongo/streams/recordings.ts';
import type { Program } from '../../program.ts';
import { athleteOf } from '../shared/period-options.ts';
import { createCountProgress } from '../shared/progress/count-progress.ts';
import { counted, number } from '../shared/text/text-format.ts';

export interface RebuildOptions {
  readonly athlete?: string;
  /** Whether every recording is computed again, also where this version did. */
  readonly all?: boolean;
  readonly json: boolean;
}

type RebuildCounts = Record<Rebuilt, number>;

/**
 * After a stop, the next call starts again and finds the finished activities unchanged. Ends with 75 where
 * another process kept an athlete, so that something is left for later.
 */
export async function rebuild(program: Program, options: RebuildOptions): Promise<ExitCode> {
  const athleteId = athleteOf(options);
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    if (athleteId !== undefined) await assertKnown(database, athleteId);
    const { store } = database;
    const total = await countActivities(store, athleteId);
    const isAll = options.all === true;
    const stats = await rebuildAll(program, database, { athleteId, total, isAll });
    const athleteIds = athleteId === undefined ? await athletesWithActivities(store) : [athleteId];
    const routes = await rebuildAllRoutes(program, database, { athleteIds, isAll });
    const isStopped = program.signal.aborted;
    program.print(report({ ...stats, ...routes }, { isStopped, total, json: options.json }));
    return routes.leftOut.length > 0 ? exitCodes.later : exitCodes.done;
  } finally {
    await database.close();
  }
}

async function assertKnown({ store }: Database, athleteId: number): Promise<void> {
  const known = await athletesWithActivities(store);
  if (known.includes(athleteId)) return;
  const others =
    known.length === 0 ? 'there are none at all' : `there are some of ${known.join(', ')}`;
  throw new UsageError(`There are no activities of athlete ${athleteId}; ${others}.`);
}

async function rebuildAll(
  program: Program,
  { store }: Database,
  { athleteId, total, isAll }: { athleteId: number | undefined; total: number; isAll: boolean },
): Promise<RebuildCounts> {
  const { config, signal } = program;
  const { trackSource } = config.sync;
  using progress = createCountProgress(program, { doing: 'Rebuilding', unit: 'activities' });
  progress.begin('', total);
  const stats: RebuildCounts = { rebuilt: 0, unchanged: 0, incomplete: 0, gone: 0 };
  for await (const ids of activityIds(store, athleteId)) {
    const current = isAll ? new Set() : await currentIds(store, ids, trackSource);
    stats.unchanged += current.size;
    progress.advance(current.size);
    const left = ids.filter((id) => !current.has(id));
    for await (const results of rebuildActivities(store, left, trackSource)) {
      for (const result of results) stats[result] += 1;
      progress.advance(results.length);
      if (signal.aborted) break;
    }
    if (signal.aborted) break;
  }
  return stats;
}

/** Without the activities that were removed meanwhile. */
function processed({ rebuilt, unchanged, incomplete }: RebuildCounts): number {
  return rebuilt + unchanged + incomplete;
}

function report(
  stats: RebuildCounts & RouteCounts,
  { isStopped, total, json }: { isStopped: boolean; total: number; json: boolean },
): string {
  const { rebuilt, unchanged, incomplete, routes, rerouted, leftOut } = stats;
  const activities = processed(stats);
  const left = Math.max(0, total - activities - stats.gone);
  if (json) {
    const counts = { activities, rebuilt, unchanged, incomplete, routes, rerouted, leftOut };
    return JSON.stringify({ ...counts, stopped: isStopped });
  }
  return [
    `${counted(activities, 'activity', 'activities')} checked: ${number(rebuilt)} rebuilt, ${number(unchanged)} already correct.`,
    ...(routes + rerouted > 0
      ? [
          `${counted(routes, 'route', 'routes')}: ${counted(rerouted, 'activity', 'activities')} matched anew.`,
        ]
      : []),
    ...(incomplete > 0
      ? [
          `The streams of ${counted(incomplete, 'activity', 'activities')} are incomplete: ${commandLine('verify')} shows more.`,
        ]
      : []),
    ...leftOut.map(({ reason }) => reason),
    ...(isStopped ? [stopped(left)] : []),
  ].join('\n');
}

function stopped(left: number): string {
  const what = left > 0 ? `${number(left)} left` : 'before all routes were matched';
  return `Stopped, ${what}. Run the same command again: it leaves what is correct.`;
}
