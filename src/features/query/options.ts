/**
 * The options of `query`, checked before anything connects. Each question has its own parameters, so they
 * are parsed here and not by the command line's library.
 */
import { commandLine } from '../../domain/invocation.ts';
import type { Scope } from '../../queries/binding.ts';
import { readsActivities } from '../../queries/filtered.ts';
import type { ParameterName } from '../../queries/parameters.ts';
import { parameters } from '../../queries/parameters.ts';
import type { Recipe } from '../../queries/recipe.ts';
import { exampleOf, optionsOf } from '../../queries/recipe.ts';
import { recipes } from '../../queries/recipes.ts';
import { nearestName } from '../../config/spelling.ts';
import { UsageError } from '../../errors.ts';
import type { ActivityFilter, FilterOptions } from '../shared/activity-filter.ts';
import { filterOf } from '../shared/activity-filter.ts';
import type { Units } from '../shared/text/units.ts';
import { readUnits } from '../shared/text/units.ts';
import { polygonText } from './polygon.ts';

/** `table` is for people, `raw` a table of the stored values. */
export type ResponseForm = 'table' | 'raw' | 'json' | 'csv';

export interface QueryOrder {
  readonly form: ResponseForm;
  /** Without one, the questions are listed. */
  readonly recipe?: Recipe;
  /** The values of the parameters that were given or have a default. */
  readonly scope: Scope;
  /** The parameters that were given. */
  readonly given: ReadonlySet<string>;
  /** The activities to ask about; the sport and the place as they were given. */
  readonly filter: ActivityFilter;
  /** Without it, the setting decides. */
  readonly units?: Units;
}

/** @throws UsageError that lists the question's parameters. */
export function queryOrderOf(args: readonly string[], nowMs: number): QueryOrder {
  const { names, options, forms } = split(args);
  const form = formOf(forms);
  const units = unitsOf(options);
  const [name, ...rest] = names;
  if (name === undefined) {
    if (options.size > 0)
      throw new UsageError(`Name a question first: ${commandLine('query')} lists them.`);
    return { form, scope: {}, given: new Set(), filter: {} };
  }
  const recipe = recipeNamed(name);
  if (rest.length > 0) throw wrong(recipe, `"${rest.join(' ')}" belongs to no parameter`);
  assertKnown(recipe, options.keys());
  const scope = scopeOf(recipe, options, nowMs);
  const filter = filterOf(filterOptionsOf(options), nowMs);
  const given = new Set(options.keys());
  return { form, recipe, scope, given, filter, ...(units !== undefined && { units }) };
}

/** @throws UsageError that suggests the name that was most likely meant. */
export function recipeNamed(name: string): Recipe {
  const recipe = recipes.find((one) => one.name === name);
  if (recipe !== undefined) return recipe;
  const names = recipes.map((one) => one.name);
  const part = name === '' ? undefined : names.find((one) => one.includes(name));
  const near = nearestName(name, names) ?? part;
  const meant = near === undefined ? '' : ` did you mean ${near}?`;
  throw new UsageError(
    `There is no question "${name}":${meant} ${commandLine('query')} lists all of them.`,
  );
}

/** Takes `--units` from the options. */
function unitsOf(options: Map<string, string>): Units | undefined {
  const text = options.get('units');
  if (text === undefined) return undefined;
  options.delete('units');
  return readUnits(text);
}

export interface Words {
  readonly names: readonly string[];
  readonly options: Map<string, string>;
  readonly forms: ReadonlySet<ResponseForm>;
}

const formFlags: ReadonlyMap<string, ResponseForm> = new Map([
  ['--json', 'json'],
  ['--csv', 'csv'],
  ['--raw', 'raw'],
]);

/** `--name value` and `--name=value`; a value may begin with a minus, because western longitudes are negative. */
export function split(args: readonly string[]): Words {
  const names: string[] = [];
  const options = new Map<string, string>();
  const forms = new Set<ResponseForm>();
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const form = formFlags.get(arg);
    if (form !== undefined) forms.add(form);
    else if (!arg.startsWith('--')) names.push(arg);
    else {
      const [, name = '', value] = /^--([^=]*)(?:=([^]*))?$/.exec(arg) ?? [];
      if (value === undefined) index += 1;
      options.set(name, value ?? args[index] ?? '');
    }
  }
  return { names, options, forms };
}

function formOf(forms: ReadonlySet<ResponseForm>): ResponseForm {
  const [form = 'table', ...others] = forms;
  if (others.length > 0) throw new UsageError('--json, --csv and --raw exclude each other.');
  return form;
}

/** The options that choose the activities of any question about them. */
const filterNames = ['since', 'until', 'sport', 'country', 'place'] as const;

function filterOptionsOf(options: ReadonlyMap<string, string>): FilterOptions {
  return Object.fromEntries(filterNames.map((name) => [name, options.get(name)]));
}

function assertKnown(recipe: Recipe, names: Iterable<string>): void {
  const filters = readsActivities(recipe) ? filterNames : [];
  const allowed = new Set<string>([...optionsOf(recipe), ...filters]);
  for (const name of names) {
    if (allowed.has(name)) continue;
    // Two letters in the wrong order are a distance of two.
    const near = nearestName(name, allowed, 2);
    const meant = near === undefined ? '' : `; did you mean --${near}?`;
    throw wrong(recipe, `there is no --${name}${meant}`);
  }
}

function scopeOf(recipe: Recipe, options: ReadonlyMap<string, string>, nowMs: number): Scope {
  const values = namesIn(recipe, options).map(
    (name) =>
      [name, valueOf(recipe, name, options.get(name) ?? defaultOf(recipe, name, nowMs))] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** The parameters to read: of a route also the activity that stands in its place. */
function namesIn(recipe: Recipe, options: ReadonlyMap<string, string>): readonly ParameterName[] {
  const { parameters: own } = recipe;
  if (!own.includes('route') || !options.has('activity')) return own;
  if (options.has('route')) throw wrong(recipe, '--route and --activity exclude each other');
  return own.map((name) => (name === 'route' ? 'activity' : name));
}

function defaultOf(recipe: Recipe, name: ParameterName, nowMs: number): string | undefined {
  if (name === 'year') return String(new Date(nowMs).getUTCFullYear());
  return parameters[name].isOptional ? exampleOf(recipe, name) : undefined;
}

/** Undefined for an athlete that is not named: it is chosen once the database is open. */
function valueOf(recipe: Recipe, name: ParameterName, text: string | undefined): unknown {
  const { takes, read } = parameters[name];
  if (text === undefined) {
    if (name === 'athlete') return undefined;
    throw wrong(recipe, `--${name} is missing, which takes ${takes}`);
  }
  const value = read(name === 'polygon' ? polygonText(text) : text);
  if (value === undefined) throw wrong(recipe, `--${name} takes ${takes}; not "${text}"`);
  return value;
}

function wrong(recipe: Recipe, problem: string): UsageError {
  const { name } = recipe;
  const known = optionsOf(recipe)
    .map((each) => `--${each}`)
    .join(', ');
  const end = problem.endsWith('?') ? '' : '.';
  const filters = readsActivities(recipe)
    ? ' --since, --until, --sport, --country and --place choose the activities.'
    : '';
  return new UsageError(`${name}: ${problem}${end} Its parameters are ${known}.${filters}`);
}

/** The words of a question's usage: its name, and its parameters in the order of their declaration. */
export function usageOf({ name, parameters: own }: Recipe): readonly string[] {
  const words = own.map((each) => {
    const word = `--${each} ${each.toUpperCase()}`;
    if (each === 'route') return `(${word} | --activity ACTIVITY)`;
    return isNeeded(each) ? word : `[${word}]`;
  });
  return [name, ...words];
}

/** Whether a question cannot be answered without the parameter. */
export function isNeeded(name: ParameterName): boolean {
  return !parameters[name].isOptional && name !== 'athlete' && name !== 'year';
}
