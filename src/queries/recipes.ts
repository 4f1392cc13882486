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
