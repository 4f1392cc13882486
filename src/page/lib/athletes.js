import { getJson } from './api.js';
import { offerAthletes } from './settings.js';

/** @import { Now } from '../../features/page/api/types/now.ts' */

/**
 * Shows the choice of the athlete in a view that reads no list of them.
 * @throws {import('./api.js').ApiProblem}
 */
export async function offerAllAthletes() {
  /** @type {Now} */
  const { athletes } = await getJson('/api/v1/now');
  offerAthletes(athletes);
}
