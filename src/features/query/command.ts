/**
 * `query`: answers a question of the cookbook, or lists the questions. It reads only the database: it
 * needs no request to Strava, no client and no login.
 */
import { Readable } from 'node:stream';
import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import type { Scope } from '../../queries/binding.ts';
import type { Recipe } from '../../queries/recipe.ts';
import { routed } from '../../queries/recipe.ts';
import { recipes } from '../../queries/recipes.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { jsonText } from '../shared/text/json-text.ts';
import { writeNote, writeToStream } from '../shared/text/output.ts';
import { openDatabaseToRead } from '../../main.ts';
import { int64 } from '../../mongo/base/bson-value.ts';
import { answerOf, withLookup } from '../shared/answer.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import { athletesWithActivities } from '../../mongo/streams/recordings.ts';
import type { Program } from '../../program.ts';
import { withHeartrateProfile } from './heartrate-profile.ts';
import { answerText } from './report.ts';
import type { ResponseForm } from './options.ts';
import { queryOrderOf } from './options.ts';
import type { ActivityFilter } from '../shared/activity-filter.ts';
import { emptyHint, matchOf, withStoredNames } from '../shared/activity-filter.ts';
import { hanging, outputWidth } from '../shared/text/fitted-table.ts';
import { showStepWhenSlow } from '../shared/progress/delayed.ts';
import { readerOf } from '../shared/text/time-text.ts';

export async function query(program: Program, args: readonly string[]): Promise<ExitCode> {
  const order = queryOrderOf(args, program.clock.nowMs());
  const { form, recipe, units } = order;
  if (recipe === undefined) {
    program.print(listText(form, outputWidth(program)));
    return exitCodes.done;
  }
  const database = await openDatabaseToRead(program);
  try {
    const known = await athletesWithActivities(database.store);
    const filter = await withStoredNames(database.store, order.filter);
    const scope = withSport(order.scope, filter);
    const answer =
      known.length === 0
        ? []
        : await showStepWhenSlow(program, `Answering ${recipe.name}`, async () => {
            const own = withAthlete(known, recipe, scope);
            const routeScope = await withRoute(database.store, recipe, own);
            return answerOf(database.store, recipe, {
              scope: await withHeartrateProfile(program, database.store, order, routeScope),
              match: matchOf(filter),
            });
          });
    if (answer === undefined) {
      throw new UsageError(`${recipe.name}: ${recipe.lookup?.absence ?? 'Nothing was found.'}`);
    }
    if (known.length === 0) writeNote(program, emptyHint);
    const text = answerText(answer, form, {
      ...{ recipe, scope, example: recipe.answer },
      units: units ?? program.config.page.units,
      width: outputWidth(program),
      reader: readerOf(program),
    });
    const lines = Readable.from([`${text}\n`]);
    await writeToStream(program.stdout, lines as AsyncIterable<string>, program.signal);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

function listText(form: ResponseForm, width: number): string {
  const listed = recipes.map(({ name, title, parameters }) => ({ name, title, parameters }));
  if (form === 'json') return jsonText(listed.map((one) => ({ ...one })));
  const longest = Math.max(...recipes.map(({ name }) => name.length));
  return recipes.map(({ name, title }) => hanging(name.padEnd(longest), title, width)).join('\n');
}

/** With the sport as Strava writes it, where the question has one. */
function withSport(scope: Scope, { sport }: ActivityFilter): Scope {
  return sport === undefined || !('sport' in scope) ? scope : { ...scope, sport };
}

/**
 * With the route of the activity that stands in its place.
 * @throws UsageError if that has none.
 */
async function withRoute(store: Store, recipe: Recipe, scope: Scope): Promise<Scope> {
  if (!recipe.parameters.includes('route') || 'route' in scope) return scope;
  const found = await withLookup(store, routed(), scope);
  if (found === undefined) throw new UsageError(`${recipe.name}: ${routed().absence}`);
  return { ...scope, route: (found['one'] as Document)['route'] as unknown };
}

/** @throws UsageError if the athlete is unknown, or several are stored and none is named. */
function withAthlete(known: readonly number[], recipe: Recipe, scope: Scope): Scope {
  if (!recipe.parameters.includes('athlete')) return scope;
  const [only, ...others] = known;
  const given = scope['athlete'];
  if (Long.isLong(given)) {
    const named = given.toString();
    if (known.some((id) => String(id) === named)) return scope;
    throw new UsageError(
      `${recipe.name}: there are no activities of athlete ${named}; there are some of ${known.join(', ')}.`,
    );
  }
  if (only === undefined || others.length > 0) {
    throw new UsageError(
      `${recipe.name}: there are several athletes; name one with --athlete: ${known.join(', ')}.`,
    );
  }
  return { ...scope, athlete: int64(only) };
}
