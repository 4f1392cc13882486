/**
 * Tasks of the test files' own: what is due of one kind, and writes for it.
 */
import type { ActivityTask, FetchTask, StreamsTask } from '../../src/domain/sync/fetch-task.ts';
import type { Retry } from '../../src/domain/sync/retry.ts';
import type { KeptKinds, TaskQuery, TaskStore } from '../../src/sync/ports/tasks.ts';
import { athleteId } from './pages.ts';

const nothing: KeptKinds = { streams: false, details: false, segments: false, athlete: false };

/** A query for one kind of an athlete's tasks, over the whole history. */
export function taskQuery(
  kind: 'streams' | 'details' | 'segments' | 'athlete',
  now: Date,
  changes: Partial<TaskQuery> = {},
): TaskQuery {
  const kept = { ...nothing, [kind]: true };
  const everything = { ranges: [{}], freshFrom: now, exclude: new Set<string>(), eventBudgets: [] };
  return { athleteId, now, ...everything, kept, ...changes };
}

type Kind = FetchTask['kind'];

export async function dueOf<K extends Kind>(
  tasks: TaskStore,
  kind: K,
  query: TaskQuery,
): Promise<readonly Extract<FetchTask, { kind: K }>[]> {
  const isOfKind = (task: FetchTask): task is Extract<FetchTask, { kind: K }> => task.kind === kind;
  return (await tasks.due(query)).filter(isOfKind);
}

/** The streams that are due now, newest first. */
export function dueStreams(
  tasks: TaskStore,
  now: Date,
  changes: Partial<TaskQuery> = {},
): Promise<readonly StreamsTask[]> {
  return dueOf(tasks, 'streams', taskQuery('streams', now, changes));
}

/** One request for streams, and when and under which lease it was made. */
export interface StreamsWrite {
  readonly athleteId: number;
  readonly task: StreamsTask;
  readonly epoch: number;
  readonly at: Date;
}

/** The newest of the streams that are due. */
export async function firstStreams(tasks: TaskStore, at: Date, epoch = 1): Promise<StreamsWrite> {
  const [task] = await dueStreams(tasks, at);
  if (task === undefined) throw new Error('Nothing is pending.');
  return { athleteId, task, epoch, at };
}

export function detailsTask(activityId: number, changes: Partial<ActivityTask> = {}): ActivityTask {
  const task = { kind: 'activity', purpose: 'details', isFresh: false, tries: 0 } as const;
  return { ...task, activityId, ...changes };
}

/** A failure whose next try is at an instant. */
export function failure(nextTryAt: Date, tries = 1, isParked = false): Retry {
  return { tries, isParked, nextTryAt };
}
