/**
 * `cells`: the cookbook's heat map, of one athlete or of all.
 */
import type { Context } from 'hono';
import { MongoUnavailableError } from '../../../../errors.ts';
import { int64 } from '../../../../mongo/base/bson-value.ts';
import { isPassing } from '../../../../mongo/base/failures.ts';
import { recipeNamed } from '../../../../queries/recipes.ts';
import { readAnswerOf } from '../../../shared/answer.ts';
import { athleteParameter } from '../responses.ts';
import type { StoredVersion } from './stored-version.ts';
import type { Cells } from '../types/lists.ts';
import { numberOf } from '../values.ts';

export interface CellsOrder {
  /** Of all athletes where it is absent. */
  readonly athleteId: number | undefined;
}

/** More of them draw no other picture. */
const maxCells = 50_000;
/** MongoDB ends the aggregation then, so that it does not go on for nobody. */
const maxTimeMS = 60_000;

/** @throws ApiFailure with 400 for a wrong parameter. */
export function cellsOrderOf(context: Context): CellsOrder {
  return { athleteId: athleteParameter(context) };
}

/** {@link Cells} as JSON. @throws MongoUnavailableError where MongoDB is away or takes too long. */
export async function* writeCells(
  { store }: StoredVersion,
  { athleteId }: CellsOrder,
): AsyncGenerator<string> {
  // The question only matches by it.
  const athlete = athleteId === undefined ? { $gt: 0 } : int64(athleteId);
  const order = { scope: { athlete, limit: maxCells }, match: {} };
  const columns: Record<keyof Cells['columns'], number[]> = {
    lng: [],
    lat: [],
    activities: [],
    samples: [],
  };
  try {
    // Not retried: the reader asks again, and a question that takes too long would take so again.
    for await (const cell of readAnswerOf(store, recipeNamed('heat-map'), order, { maxTimeMS })) {
      for (const [key, column] of Object.entries(columns)) column.push(numberOf(cell[key]) ?? 0);
    }
  } catch (error) {
    if (!isPassing(error)) throw error;
    throw new MongoUnavailableError('MongoDB is away, or takes too long for the heat map.', {
      cause: error,
    });
  }
  yield JSON.stringify({ count: columns.lng.length, columns } satisfies Cells);
}
