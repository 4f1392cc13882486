/**
 * The options of `query`, checked before anything connects. Each question has its own parameters, so they
 * are parsed here and not by the command line's library.
 */
import type { Scope } from '../../queries/binding.ts';
import type { ParameterName } from '../../queries/parameters.ts';
import { parameters } from '../../queries/parameters.ts';
import type { Recipe } from '../../queries/recipe.ts';
import { exampleOf } from '../../queries/recipe.ts';
import { recipes } from '../../queries/recipes.ts';
import { UsageError } from '../../errors.ts';

export type ResponseForm = 'table' | 'json' | 'csv';

export interface QueryOrder {
  readonly form: ResponseForm;
  /** Without one, the questions are listed. */
  readonly recipe?: Recipe;
  /** The values of the parameters that were given or have a default. */
  readonly scope: Scope;
}

/** @throws UsageError that lists the question's parameters. */
export function queryOrderOf(args: readonly string[], nowMs: number): QueryOrder {
  const { names, options, forms } = split(args);
  const form = formOf(forms);
  const [name, ...rest] = names;
  if (name === undefined) {
    if (options.size > 0) throw new UsageError('Name a question first: npm run query lists them.');
    return { form, scope: {} };
  }
  const recipe = recipes.find((one) => one.name === name);
  if (recipe === undefined) {
    throw new UsageError(`There is no question "${name}": npm run query lists all of them.`);
  }
  if (rest.length > 0) throw wrong(recipe, `"${rest.join(' ')}" belongs to no parameter`);
  return { form, recipe, scope: scopeOf(recipe, options, nowMs) };
}

interface Words {
  readonly names: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly forms: ReadonlySet<ResponseForm>;
}

/** `--name value` and `--name=value`; a value may begin with a minus, because western longitudes are negative. */
function split(args: readonly string[]): Words {
  const names: string[] = [];
  const options = new Map<string, string>();
  const forms = new Set<ResponseForm>();
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--json' || arg === '--csv') forms.add(arg === '--json' ? 'json' : 'csv');
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
  if (others.length > 0) throw new UsageError('--json and --csv exclude each other.');
  return form;
}

function scopeOf(recipe: Recipe, options: ReadonlyMap<string, string>, nowMs: number): Scope {
  const allowed = new Set<string>(recipe.parameters);
  for (const name of options.keys()) {
    if (!allowed.has(name)) throw wrong(recipe, `there is no --${name}`);
  }
  const values = recipe.parameters.map(
    (name) =>
      [name, valueOf(recipe, name, options.get(name) ?? defaultOf(recipe, name, nowMs))] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
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
  const value = read(text);
  if (value === undefined) throw wrong(recipe, `--${name} takes ${takes}; not "${text}"`);
  return value;
}

function wrong({ name, parameters: own }: Recipe, problem: string): UsageError {
  const known = own.map((each) => `--${each}`).join(', ');
  return new UsageError(`${name}: ${problem}. Its parameters are ${known}.`);
}

/** The usage of a question, with its parameters in the order of their declaration. */
export function usageOf({ name, parameters: own }: Recipe): string {
  const words = own.map((each) => {
    const word = `--${each} ${each.toUpperCase()}`;
    const isNeeded = !parameters[each].isOptional && each !== 'athlete' && each !== 'year';
    return isNeeded ? word : `[${word}]`;
  });
  return [name, ...words].join(' ');
}
