/**
 * `query`: answers a question of the cookbook, or lists the questions. It reads only the database: it
 * needs no request to Strava, no client and no login.
 */
import { Readable } from 'node:stream';
import { Long } from 'mongodb';
import type { Scope } from '../../queries/binding.ts';
import type { Recipe } from '../../queries/recipe.ts';
import { recipes } from '../../queries/recipes.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { jsonText } from '../shared/json-text.ts';
import { writeToStream } from '../shared/output.ts';
import type { Database } from '../../main.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import { int64 } from '../../mongo/base/bson-value.ts';
import { answerOf } from './store.ts';
import { athletesWithActivities } from '../../mongo/streams/recordings.ts';
import type { Program } from '../../program.ts';
import { answerText } from './report.ts';
import type { ResponseForm } from './options.ts';
import { queryOrderOf, usageOf } from './options.ts';
import { table } from '../shared/text-format.ts';

export async function query(program: Program, args: readonly string[]): Promise<ExitCode> {
  const { form, recipe, scope } = queryOrderOf(args, program.clock.nowMs());
  if (recipe === undefined) {
    program.print(listText(form));
    return exitCodes.done;
  }
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const whole = await withAthlete(database, recipe, scope);
    const answer = await answerOf(database.store, recipe, whole);
    if (answer === undefined) {
      throw new UsageError(`${recipe.name}: ${recipe.lookup?.absence ?? 'Nothing was found.'}`);
    }
    const lines = Readable.from([`${answerText(answer, form)}\n`]);
    await writeToStream(program.stdout, lines as AsyncIterable<string>, program.signal);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

function listText(form: ResponseForm): string {
  const listed = recipes.map(({ name, title, parameters }) => ({ name, title, parameters }));
  if (form === 'json') return jsonText(listed.map((one) => ({ ...one })));
  return table(recipes.map((recipe) => [usageOf(recipe), recipe.title]));
}

/** @throws UsageError if the athlete is unknown, or several are stored and none is named. */
async function withAthlete({ store }: Database, recipe: Recipe, scope: Scope): Promise<Scope> {
  if (!recipe.parameters.includes('athlete')) return scope;
  const known = await athletesWithActivities(store);
  const [only] = known;
  const given = scope['athlete'];
  if (Long.isLong(given)) {
    const named = given.toString();
    if (known.some((id) => String(id) === named)) return scope;
    const others = known.length === 0 ? 'no athlete' : known.join(', ');
    throw new UsageError(
      `${recipe.name}: there are no activities of athlete ${named}; there are some of ${others}.`,
    );
  }
  if (only === undefined) throw new UsageError('There are no activities in the database yet.');
  if (known.length > 1) {
    throw new UsageError(
      `${recipe.name}: there are several athletes; name one with --athlete: ${known.join(', ')}.`,
    );
  }
  return { ...scope, athlete: int64(only) };
}
