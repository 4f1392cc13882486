/**
 * Restricts a question to some of the activities, by a first stage before its own.
 */
import type { Document } from 'mongodb';
import type { Recipe } from './recipe.ts';
import { views } from './views.ts';

type Source = Pick<Recipe, 'collection' | 'pipeline'>;

/** Whether a question is about activities, so that it can be restricted to some. */
export function readsActivities({ collection }: Source): boolean {
  return collection === 'activities' || viewOn(collection) !== undefined;
}

/**
 * The collection and the pipeline with `match` as the first stage. A view is computed here: what it has
 * put together cannot be filtered by activity any more.
 */
export function filtered({ collection, pipeline }: Source, match: Document): Source {
  if (Object.keys(match).length === 0) return { collection, pipeline };
  const first = { $match: match };
  const view = viewOn(collection);
  if (view === undefined) return { collection, pipeline: [first, ...pipeline] };
  return { collection: view.viewOn, pipeline: [first, ...view.pipeline, ...pipeline] };
}

function viewOn(collection: string): (typeof views)[number] | undefined {
  return views.find(({ name }) => name === collection);
}
