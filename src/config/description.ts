/**
 * Shows the effective configuration and where each value came from, with the secrets masked, and
 * lists all settings for the README.
 */
import path from 'node:path';

import { readConfigFile } from './files.ts';
import { resolveChecked } from './load.ts';
import type { LoadOptions, Resolution } from './resolution.ts';
import { allSettings } from './settings.ts';
import type { Setting } from './setting.ts';

/** One line of the effective configuration. */
export interface ConfigRow {
  /** The environment variable. */
  readonly name: string;
  /** Fit to be shown: secrets are masked, and an unset value is described. */
  readonly value: string;
  /** `default`, a file, `variable NAME`, `file of NAME_FILE` or `command line`. */
  readonly source: string;
}

/** One line of the README's table. */
export interface SettingRow {
  readonly name: string;
  readonly keyPath: string;
  /** As it is written in `config/default.json`, or what it means that nothing is. */
  readonly defaultValue: string;
  readonly hasDefault: boolean;
  readonly doc: string;
}

/**
 * The effective value of every setting.
 *
 * @throws ConfigurationError with one line for each mistake
 */
export function describeConfig(options: LoadOptions): readonly ConfigRow[] {
  const resolution = resolveChecked(options);
  return allSettings.map((setting) => ({
    name: setting.name,
    value: printableValue(setting, resolution),
    source: resolution.source(setting),
  }));
}

/** A table for the terminal. */
export function renderConfigTable(rows: readonly ConfigRow[]): string {
  const head: ConfigRow = { name: 'SETTING', value: 'VALUE', source: 'FROM' };
  const lines = [head, ...rows];
  const nameWidth = Math.max(...lines.map(({ name }) => name.length));
  const valueWidth = Math.max(...lines.map(({ value }) => value.length));
  return lines
    .map(({ name, value, source }) =>
      [name.padEnd(nameWidth), value.padEnd(valueWidth), source].join('  '),
    )
    .join('\n');
}

/** Every setting with its default out of `configDir`. */
export function listSettings(configDir: string): readonly SettingRow[] {
  const { texts } = readConfigFile(configDir, 'default.json');
  return allSettings.map(({ name, keyPath, doc, unset }) => ({
    name,
    keyPath,
    defaultValue: texts.get(keyPath) ?? unsetText(unset),
    hasDefault: texts.has(keyPath),
    doc,
  }));
}

/** The README's table, in Markdown. */
export function renderSettingsTable(rows: readonly SettingRow[]): string {
  const lines = rows.map(({ name, keyPath, defaultValue, hasDefault, doc }) => {
    const shown = hasDefault ? `\`${defaultValue}\`` : defaultValue;
    return `| \`${name}\` | \`${keyPath}\` | ${shown} | ${doc} |`;
  });
  return ['| variable | key in a file | default | |', '|---|---|---|---|', ...lines].join('\n');
}

function printableValue(setting: Setting<unknown>, resolution: Resolution): string {
  const text = resolution.text(setting);
  if (text === undefined) return unsetText(setting.unset);
  if (setting.isPath === true) return path.resolve(resolution.projectDir, text);
  return setting.mask === undefined ? text : setting.mask(text);
}

function unsetText(meaning?: string): string {
  return meaning === undefined ? 'unset' : `unset: ${meaning}`;
}
