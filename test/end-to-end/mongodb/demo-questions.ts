/**
 * Asks each question of the cookbook by the real `query`, with parameters that are taken from the database.
 */
import type { Db, Document } from 'mongodb';
import { query } from '../../../src/features/query/command.ts';
import type { ParameterName } from '../../../src/queries/parameters.ts';
import type { Recipe } from '../../../src/queries/recipe.ts';
import { recipes } from '../../../src/queries/recipes.ts';
import type { TestProgram } from '../../support/command/program.ts';

type Values = Readonly<Partial<Record<ParameterName, string>>>;

/** The questions without an answer, each with the error or "nothing". */
export async function unansweredOf(
  db: Db,
  createProgram: () => TestProgram,
): Promise<readonly string[]> {
  const { values, climber } = await parametersOf(db);
  const unanswered: string[] = [];
  for (const recipe of recipes) {
    const isOfRoute = ['same-route', 'route-climbs'].includes(recipe.name);
    const own = isOfRoute ? { ...values, activity: climber } : values;
    const failure = await failureOf(createProgram(), recipe, own);
    if (failure !== undefined) unanswered.push(`${recipe.name}: ${failure}`);
  }
  return unanswered;
}

async function failureOf(
  program: TestProgram,
  { name, parameters }: Recipe,
  values: Values,
): Promise<string | undefined> {
  const args = parameters.flatMap((parameter) => {
    const value = values[parameter];
    return value === undefined ? [] : [`--${parameter}`, value];
  });
  try {
    const exitCode = await query(program, [name, ...args, '--json']);
    if (exitCode !== 0) return `exit code ${exitCode}`;
    const answer = JSON.parse(program.printed()) as readonly unknown[];
    return answer.length > 0 ? undefined : 'nothing';
  } catch (error) {
    return String(error);
  }
}

/** An activity of the most frequent route with climbs; for the other questions one with power. */
export async function parametersOf(
  db: Db,
): Promise<{ readonly values: Values; readonly climber: string }> {
  const firstOf = async (...pipeline: readonly Document[]): Promise<Document> => {
    const [first = {}] = await db
      .collection('activities')
      .aggregate([...pipeline, { $limit: 1 }])
      .toArray();
    return first;
  };
  const climbed = { 'derived.climbs.0': { $exists: true }, 'derived.route': { $exists: true } };
  const route = await firstOf({ $match: climbed }, { $sortByCount: '$derived.route' });
  const climber = await firstOf({
    $match: { ...climbed, 'derived.route': route['_id'] as unknown },
  });
  const recorded = await firstOf({
    $match: {
      'derived.best_power.0': { $exists: true },
      'derived.heartrate_seconds.0': { $exists: true },
      moving_time: { $gt: 3_600 },
    },
  });
  const efforts = { $unwind: '$segment_efforts' };
  const segment = await firstOf(efforts, { $sortByCount: '$segment_efforts.segment.id' });
  const { start_point, derived } = climber as {
    readonly start_point: { readonly coordinates: readonly [number, number] };
    readonly derived: { readonly place: { readonly country_code: string; readonly city: string } };
  };
  const [lng, lat] = start_point.coordinates;
  const polygon = `${lng - 1},${lat - 1} ${lng + 1},${lat - 1} ${lng},${lat + 1}`;
  return {
    climber: String(climber['_id']),
    values: {
      activity: String(recorded['_id']),
      route: String(route['_id']),
      segment: String(segment['_id']),
      ...{ lng: String(lng), lat: String(lat), polygon },
      ...{ country: derived.place.country_code, city: derived.place.city },
    },
  };
}
