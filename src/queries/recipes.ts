/**
 * All questions of the cookbook, in the order of its page.
 */
import { mirrorHealth } from './questions/mirror-health.ts';
import { climbQuestions } from './questions/climbs.ts';
import { dayQuestions } from './questions/days.ts';
import { efforts } from './questions/efforts.ts';
import { heart } from './questions/heart.ts';
import { places } from './questions/geo.ts';
import type { Recipe } from './recipe.ts';
import { records } from './questions/records.ts';
import { recordings } from './questions/recordings.ts';
import { starts } from './questions/places.ts';
import { segments } from './questions/segments.ts';
import { routeClimbs } from './questions/route-climbs.ts';
import { routes } from './questions/routes.ts';
import { training } from './questions/training.ts';
import { trainingLoad } from './questions/training-load.ts';
import { totals } from './questions/totals.ts';

export const recipes: readonly Recipe[] = [
  ...totals,
  ...dayQuestions,
  ...records,
  ...efforts,
  ...climbQuestions,
  ...routeClimbs,
  ...recordings,
  ...heart,
  ...places,
  ...routes,
  ...starts,
  ...segments,
  ...training,
  ...trainingLoad,
  ...mirrorHealth,
];

/** @throws RangeError for a name that no question has. */
export function recipeNamed(wanted: string): Recipe {
  const recipe = recipes.find(({ name }) => name === wanted);
  if (recipe === undefined) throw new RangeError(`The cookbook has no question ${wanted}.`);
  return recipe;
}
