/**
 * The help of one question: its parameters and an example.
 */
import { commandLine } from '../../domain/invocation.ts';
import { readsActivities } from '../../queries/filtered.ts';
import { parameters } from '../../queries/parameters.ts';
import type { ParameterName } from '../../queries/parameters.ts';
import type { Recipe } from '../../queries/recipe.ts';
import { exampleOf } from '../../queries/recipe.ts';
import { isNeeded, recipeNamed, split, usageOf } from './options.ts';
import { table } from '../shared/text-format.ts';

/** Undefined where the arguments name no question. @throws UsageError for a question that does not exist. */
export function helpOf(args: readonly string[]): string | undefined {
  const [name] = split(args.filter((arg) => !isHelp(arg))).names;
  return name === undefined ? undefined : questionText(recipeNamed(name));
}

export function isHelp(arg: string): boolean {
  return arg === '--help' || arg === '-h';
}

function questionText(recipe: Recipe): string {
  const { name, title, note, parameters: own } = recipe;
  const rows = own.map((each) => [`  --${each} ${each.toUpperCase()}`, describe(recipe, each)]);
  const example = own
    .filter((each) => isNeeded(each) || recipe.examples?.[each] !== undefined)
    .map((each) => `--${each} ${quoted(exampleOf(recipe, each))}`);
  return [
    `Usage: domestique query ${usageOf(recipe)}`,
    note === undefined ? title : `${title}\n${note}`,
    `Parameters:\n${table(rows)}`,
    ...(readsActivities(recipe) ? [filterText(own)] : []),
    `Example: ${commandLine('query', name, ...example)}\n`,
  ].join('\n\n');
}

/** The options that have the same meaning for every question about activities. */
function filterText(own: readonly string[]): string {
  const rows = [
    ['  --since DATE', 'from then on; the same forms as for sync'],
    ['  --until DATE', 'up to the end of then; the same forms'],
    ...(own.includes('sport') ? [] : [['  --sport SPORT', 'a sport_type of Strava']]),
  ];
  return `Only of some activities:\n${table(rows)}`;
}

function describe(recipe: Recipe, name: ParameterName): string {
  const { takes, isOptional } = parameters[name];
  return isOptional ? `${takes} (default: ${exampleOf(recipe, name)})` : takes;
}

function quoted(text: string): string {
  return text.includes(' ') ? `'${text}'` : text;
}
