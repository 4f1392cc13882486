/**
 * The help of one question: its parameters and an example.
 */
import type { Help } from 'commander';
import { brokenLine, commandLine, shellWord } from '../../domain/invocation.ts';
import { readsActivities } from '../../queries/filtered.ts';
import { parameters } from '../../queries/parameters.ts';
import type { ParameterName } from '../../queries/parameters.ts';
import type { Recipe } from '../../queries/recipe.ts';
import { exampleOf, optionsOf } from '../../queries/recipe.ts';
import { isOfHeartrateProfile } from './heartrate-profile.ts';
import { isNeeded, recipeNamed, split, usageOf } from './options.ts';

/**
 * Writes the help, as wide as the command line's own. Undefined where the arguments name no question.
 * @throws UsageError for a question that does not exist.
 */
export function helpOf(args: readonly string[]): ((helper: Help) => string) | undefined {
  const [name] = split(args.filter((arg) => !isHelp(arg))).names;
  if (name === undefined) return undefined;
  const recipe = recipeNamed(name);
  return (helper) => questionText(recipe, helper);
}

export function isHelp(arg: string): boolean {
  return arg === '--help' || arg === '-h';
}

type Row = readonly [term: string, description: string];

function questionText(recipe: Recipe, helper: Help): string {
  const { name, title, note, parameters: own } = recipe;
  const { helpWidth = 80 } = helper;
  const wrapped = (text: string): string => helper.boxWrap(text, helpWidth);
  const rows = optionsOf(recipe).map((each): Row => [
    `--${each} ${each.toUpperCase()}`,
    describe(recipe, each),
  ]);
  const example = own
    .filter((each) => isNeeded(each) || recipe.examples?.[each] !== undefined)
    .flatMap((each) => [`--${each}`, shellWord(exampleOf(recipe, each))]);
  return [
    usageText(recipe, helpWidth),
    note === undefined ? wrapped(title) : `${wrapped(title)}\n${wrapped(note)}`,
    `Parameters:\n${items(rows, helper)}`,
    ...(readsActivities(recipe) ? [filterText(own, helper)] : []),
    wrapped(`${commandLine('query', '--help')} shows the options of every question.`),
    `Example:\n  ${brokenLine(commandLine('query', name, ...example), helpWidth)}\n`,
  ].join('\n\n');
}

/** With each parameter on a line of its own where one line is too short. */
function usageText(recipe: Recipe, width: number): string {
  const words = usageOf(recipe);
  const line = `Usage: domestique query ${words.join(' ')}`;
  return line.length <= width ? line : `Usage: domestique query ${words.join('\n  ')}`;
}

function items(rows: readonly Row[], helper: Help): string {
  const longest = Math.max(...rows.map(([term]) => term.length));
  return rows.map((row) => helper.formatItem(row[0], longest, row[1], helper)).join('\n');
}

/** The options that have the same meaning for every question about activities. */
function filterText(own: readonly string[], helper: Help): string {
  const rows: readonly Row[] = [
    ['--since DATE', 'from then on; the same forms as for sync'],
    ['--until DATE', 'up to the end of then; the same forms'],
    ...(own.includes('sport') ? [] : [['--sport SPORT', 'a sport_type of Strava'] as const]),
    ...(own.includes('country')
      ? []
      : [['--country COUNTRY', 'of the start: its code or English name'] as const]),
    ['--place PLACE', 'of the start: its city or region'],
  ];
  return `Only of some activities:\n${items(rows, helper)}`;
}

function describe(recipe: Recipe, name: ParameterName): string {
  const { takes, isOptional } = parameters[name];
  if (!recipe.parameters.includes(name)) return `${takes} on the route, in its place`;
  if (!isOptional) return takes;
  const example = exampleOf(recipe, name);
  return `${takes} (default: ${isOfHeartrateProfile(name) ? `the athlete's, else ${example}` : example})`;
}
