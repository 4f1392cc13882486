/**
 * Reads every source of configuration, remembers where each value came from, and collects every
 * mistake before anything else happens. Texts are not turned into values here.
 */
import path from 'node:path';

import { isReadableByOthers, readConfigFile } from './files.ts';
import type { FileReading } from './files.ts';
import { mergeTexts } from './merge.ts';
import { allSettings } from './settings.ts';
import type { Setting } from './setting.ts';
import { readVariables, unknownVariable } from './variables.ts';
import type { Environment, VariableText } from './variables.ts';

/** Where the configuration is read from. */
export interface LoadOptions {
  readonly env: Environment;
  /** The folder with `default.json`; the project's folder is the one around it. */
  readonly configDir: string;
  /** Texts by variable name that win over everything else, from the command line for example. */
  readonly overrides?: Environment;
}

/** The texts of all settings, before they are turned into values. */
export interface Resolution {
  readonly projectDir: string;
  /** The text of a setting; undefined when nothing sets it. */
  readonly text: (setting: Setting<unknown>) => string | undefined;
  /** The name under which the user set it, for messages. */
  readonly label: (setting: Setting<unknown>) => string;
  /** Where the text comes from, for `npm run config`. */
  readonly source: (setting: Setting<unknown>) => string;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Reads all sources; nothing is thrown for the user's mistakes, they are in the result. */
export function resolveSettings(options: LoadOptions): Resolution {
  const configDir = path.resolve(options.configDir);
  const projectDir = path.dirname(configDir);
  const defaults = readConfigFile(configDir, 'default.json', true);
  const files = {
    'config/secrets.json': readConfigFile(configDir, 'secrets.json'),
    'config/local.json': readConfigFile(configDir, 'local.json'),
  };
  const variables = readVariables(options.env, projectDir);
  const overrides = readOverrides(options.overrides ?? {});
  const layers: Layers = {
    defaults: defaults.texts,
    files: Object.entries(files).map(([label, { texts }]) => ({ label, texts })),
    variables: new Map([...variables.texts, ...overrides.texts]),
  };
  const origin = (setting: Setting<unknown>) => findOrigin(setting, layers);
  const merged = mergeTexts({
    defaults: layers.defaults,
    files: layers.files.map(({ texts }) => texts),
    variables: new Map([...layers.variables].map(([name, { text }]) => [name, text])),
    labelOf: (setting) => origin(setting).label,
  });
  const formErrors = [defaults, ...Object.values(files), variables, overrides];
  return {
    projectDir,
    text: merged.text,
    label: (setting) => origin(setting).label,
    source: (setting) => origin(setting).source,
    errors: [...formErrors.flatMap(({ errors }) => errors), ...merged.errors],
    warnings: [...variables.warnings, ...secretsWarning(configDir)],
  };
}

type Texts = FileReading['texts'];

interface Layers {
  readonly defaults: Texts;
  /** In rising precedence. */
  readonly files: readonly { readonly label: string; readonly texts: Texts }[];
  /** By variable name. */
  readonly variables: ReadonlyMap<string, VariableText>;
}

interface Origin {
  readonly label: string;
  readonly source: string;
}

function readOverrides(overrides: Environment): {
  texts: Map<string, VariableText>;
  errors: string[];
} {
  const texts = new Map<string, VariableText>();
  const errors: string[] = [];
  for (const [name, text = ''] of Object.entries(overrides)) {
    if (text === '') continue;
    if (!allSettings.some((setting) => setting.name === name)) errors.push(unknownVariable(name));
    else texts.set(name, { text, label: name, source: 'command line' });
  }
  return { texts, errors };
}

function findOrigin({ name, keyPath }: Setting<unknown>, layers: Layers): Origin {
  const file = layers.files.findLast(({ texts }) => texts.has(keyPath));
  return (
    layers.variables.get(name) ??
    (file === undefined
      ? { label: `config/default.json, ${keyPath}`, source: 'default' }
      : { label: `${file.label}, ${keyPath}`, source: file.label })
  );
}

function secretsWarning(configDir: string): string[] {
  return isReadableByOthers(path.join(configDir, 'secrets.json'))
    ? [
        'config/secrets.json can be read by other users of this machine; `chmod 600 config/secrets.json` ends that.',
      ]
    : [];
}
