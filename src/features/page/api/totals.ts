/**
 * `totals` and `streaks`: the cookbook's questions of these names, of one athlete or of all together.
 */
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Document } from 'mongodb';
import { createSharedWork } from '../../../http/shared-work.ts';
import { int64 } from '../../../mongo/base/bson-value.ts';
import type { Store } from '../../../mongo/schema/collections.ts';
import { athletesWithActivities } from '../../../mongo/streams/recordings.ts';
import type { Recipe } from '../../../queries/recipe.ts';
import { recipeNamed } from '../../../queries/recipes.ts';
import { answerOf } from '../../shared/answer.ts';
import type { PageSource } from '../source.ts';
import { ApiFailure, athleteParameter, databaseOf } from './responses.ts';
import type { Streaks, Totals, TotalsBy } from './types/totals.ts';
import { measureOf, textOf } from './values.ts';

const kinds: readonly TotalsBy[] = ['day', 'week', 'month', 'year', 'sport', 'weekday'];
/** More than a life has days. */
const maxRows = 50_000;
const maxStreaks = 100;

/** Which activities are asked about. */
interface Chosen {
  readonly athleteId: number | undefined;
  readonly sport: string | undefined;
}

export function createTotals(source: PageSource): Hono {
  const app = new Hono();
  const shared = createSharedWork<readonly Document[]>();
  const answer = (context: Context, name: string, limit: number): Promise<readonly Document[]> => {
    const chosen = { athleteId: athleteParameter(context), sport: sportParameter(context) };
    const { store } = databaseOf(source);
    const key = JSON.stringify([name, chosen.athleteId, chosen.sport]);
    return shared(key, () => readAnswer(store, recipeNamed(name), { ...chosen, limit }));
  };
  app.get('/totals', async (context) => {
    const by = kindParameter(context);
    const rows = totalsOf(await answer(context, `totals-by-${by}`, maxRows));
    return context.json<Totals>({ by, rows });
  });
  app.get('/streaks', async (context) => {
    const rows = await answer(context, 'streaks', maxStreaks);
    return context.json<Streaks>({ rows: rows.map(streakOf) });
  });
  return app;
}

function kindParameter(context: Context): TotalsBy {
  const text = context.req.query('by') ?? '';
  const by = kinds.find((kind) => kind === text);
  if (by !== undefined) return by;
  throw new ApiFailure(400, `by takes one of ${kinds.join(', ')}; not "${text.slice(0, 40)}".`);
}

/** An empty one counts as absent. */
function sportParameter(context: Context): string | undefined {
  const text = context.req.query('sport');
  return text === '' ? undefined : text;
}

async function readAnswer(
  store: Store,
  recipe: Recipe,
  { athleteId, sport, limit }: Chosen & { readonly limit: number },
): Promise<readonly Document[]> {
  const ids = athleteId === undefined ? await athletesWithActivities(store) : [athleteId];
  // The questions only match by it.
  const athlete = { $in: ids.map(int64) };
  const match = sport === undefined ? {} : { sport_type: sport };
  return (await answerOf(store, recipe, { scope: { athlete, limit }, match })) ?? [];
}

type Row = Totals['rows'][number];

/** The totals of a year are one row for each sport in the cookbook, and one here. */
function totalsOf(answer: readonly Document[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const document of answer) {
    const row = rowOf(document);
    // What another program wrote in place of a sport's name.
    if (row.key === '') continue;
    const same = rows.get(row.key);
    rows.set(row.key, same === undefined ? row : sumOf(same, row));
  }
  return [...rows.values()];
}

function rowOf(document: Document): Row {
  const { _id: group } = document as { _id: unknown };
  const { year } = Object(group) as { year?: unknown };
  const key = typeof group === 'number' ? String(group) : textOf(year ?? group);
  const sum = (field: string): number => measureOf(document[field]) ?? 0;
  return {
    key,
    activities: sum('activities'),
    distance: sum('distance'),
    movingTime: sum('moving_time'),
    climbing: sum('total_elevation_gain'),
  };
}

function sumOf(one: Row, other: Row): Row {
  return {
    key: one.key,
    activities: one.activities + other.activities,
    distance: one.distance + other.distance,
    movingTime: one.movingTime + other.movingTime,
    climbing: one.climbing + other.climbing,
  };
}

function streakOf({ from, to, days }: Document): Streaks['rows'][number] {
  return { from: textOf(from), to: textOf(to), days: measureOf(days) ?? 0 };
}
