/**
 * All questions of the cookbook, in the order of its page.
 */
import { mirrorHealth } from './mirror-health.ts';
import { dayQuestions } from './days.ts';
import { efforts } from './efforts.ts';
import { heart } from './heart.ts';
import { places } from './geo.ts';
import type { Recipe } from './recipe.ts';
import { records } from './records.ts';
import { recordings } from './recordings.ts';
import { totals } from './totals.ts';

export const recipes: readonly Recipe[] = [
  ...totals,
  ...dayQuestions,
  ...records,
  ...efforts,
  ...recordings,
  ...heart,
  ...places,
  ...mirrorHealth,
];

/** @throws RangeError for a name that no question has. */
export function recipeNamed(wanted: string): Recipe {
  const recipe = recipes.find(({ name }) => name === wanted);
  if (recipe === undefined) throw new RangeError(`The cookbook has no question ${wanted}.`);
  return recipe;
}
