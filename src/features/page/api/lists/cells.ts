/**
 * `cells`: the cookbook's heat map, of one athlete or of all.
 */
import type { Context } from 'hono';
import { int64 } from '../../../../mongo/base/bson-value.ts';
import { recipeNamed } from '../../../../queries/recipes.ts';
import { answerOf } from '../../../shared/answer.ts';
import { ApiFailure, athleteParameter } from '../responses.ts';
import type { StoredVersion } from './stored-version.ts';
import type { Cells } from '../types.ts';
import { numberOf } from '../values.ts';

export interface CellsOrder {
  /** Of all athletes where it is absent. */
  readonly athleteId: number | undefined;
  readonly limit: number;
}

const defaultLimit = 20_000;
const maxLimit = 100_000;

/** @throws ApiFailure with 400 for a wrong parameter. */
export function cellsOrderOf(context: Context): CellsOrder {
  const text = context.req.query('limit') ?? String(defaultLimit);
  const limit = /^[1-9]\d{0,5}$/.test(text) ? Number(text) : Number.NaN;
  if (limit <= maxLimit) return { athleteId: athleteParameter(context), limit };
  throw new ApiFailure(
    400,
    `limit takes a whole number from 1 to ${maxLimit}; not "${text.slice(0, 40)}".`,
  );
}

/** {@link Cells} as JSON. */
export async function* writeCells(
  { store }: StoredVersion,
  { athleteId, limit }: CellsOrder,
): AsyncGenerator<string> {
  // The question only matches by it.
  const athlete = athleteId === undefined ? { $gt: 0 } : int64(athleteId);
  const order = { scope: { athlete, limit }, match: {} };
  const cells = (await answerOf(store, recipeNamed('heat-map'), order)) ?? [];
  const column = (key: keyof Cells['columns']): readonly number[] =>
    cells.map((cell) => numberOf(cell[key]) ?? 0);
  const columns = {
    lng: column('lng'),
    lat: column('lat'),
    activities: column('activities'),
    samples: column('samples'),
  };
  yield JSON.stringify({ count: cells.length, columns } satisfies Cells);
}
