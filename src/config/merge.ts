/**
 * Lays texts over each other by precedence and checks what wins, with convict. It knows neither
 * files nor the environment, and returns mistakes instead of throwing them.
 */
import convict from 'convict';

import { allSettings } from './settings.ts';
import type { Setting } from './setting.ts';

type Texts = ReadonlyMap<string, string>;

/** What is laid over each other. */
export interface MergeInput {
  /** By key path. */
  readonly defaults: Texts;
  /** By key path, in rising precedence. */
  readonly files: readonly Texts[];
  /** By variable name; they win over the files. */
  readonly variables: Texts;
  /** The name of a setting as the user wrote it, for messages. */
  readonly labelOf: (setting: Setting<unknown>) => string;
}

export interface Merged {
  /** The text that won; undefined when nothing sets it. */
  readonly text: (setting: Setting<unknown>) => string | undefined;
  readonly errors: readonly string[];
}

type AnyConfig = convict.Config<Record<string, unknown>>;

/** Merges the texts and checks each that won. */
export function mergeTexts(input: MergeInput): Merged {
  const errors = new Map<Setting<unknown>, string>();
  const schema = createSchema(input, errors);
  const env = Object.fromEntries(input.variables);
  const merged = convict<Record<string, unknown>>(schema, { env, args: [] });
  for (const texts of input.files) merged.load(nest([...texts]));
  validate(merged, errors);
  const text = ({ keyPath }: Setting<unknown>) => {
    const found = merged.get(keyPath);
    return typeof found === 'string' ? found : undefined;
  };
  for (const setting of allSettings) {
    if (setting.unset !== undefined || text(setting) !== undefined) continue;
    errors.set(setting, `${input.labelOf(setting)}: is missing; for example ${setting.example}`);
  }
  return { text, errors: allSettings.flatMap((setting) => errors.get(setting) ?? []) };
}

/**
 * convict sees nothing but texts: a default of another type would switch on its loose coercion,
 * which reads "7x" as 7.
 */
function createSchema(input: MergeInput, errors: Map<Setting<unknown>, string>): Nested {
  const leaves = allSettings.map((setting): Leaf => {
    const { name, keyPath, doc, mask } = setting;
    const format = (text: unknown): void => {
      const error = findError(setting, String(text), input.labelOf(setting));
      if (error === undefined) return;
      errors.set(setting, error);
      throw new Error(error);
    };
    const isSecret = mask !== undefined;
    const defaultText = input.defaults.get(keyPath);
    return [keyPath, { default: defaultText, format, env: name, doc, sensitive: isSecret }];
  });
  return nest(leaves);
}

/** convict's own message repeats values, so it is dropped for what the formats reported. */
function validate(merged: AnyConfig, errors: ReadonlyMap<unknown, string>): void {
  try {
    merged.validate({ allowed: 'strict' });
  } catch (error) {
    if (errors.size === 0) throw error;
  }
}

function findError(setting: Setting<unknown>, text: string, label: string): string | undefined {
  const parsed = setting.format(text);
  return 'problem' in parsed
    ? `${label}: ${parsed.problem}; for example ${setting.example}`
    : undefined;
}

type Leaf = readonly [keyPath: string, leaf: object | string];

interface Nested {
  [key: string]: Nested | object | string;
}

/** Turns leaves by key path into sections within sections. */
function nest(leaves: readonly Leaf[]): Nested {
  const groups = Map.groupBy(leaves, ([keyPath]) => keyPath.split('.', 1).join());
  return Object.fromEntries(
    [...groups].map(([key, group]) => {
      const leaf = group.find(([keyPath]) => keyPath === key)?.[1];
      const inner = group.map(([keyPath, item]): Leaf => [keyPath.slice(key.length + 1), item]);
      return [key, leaf ?? nest(inner)];
    }),
  );
}
