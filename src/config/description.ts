/**
 * Shows the effective configuration and the origin of each value, with the secrets masked, and writes
 * docs/configuration.md from the declarations.
 */
import path from 'node:path';

import { commandLine } from '../domain/invocation.ts';
import { maskText } from './address-formats.ts';
import { readConfigFile } from './files.ts';
import { formatOf } from './formats.ts';
import type { LoadOptions } from './load.ts';
import { resolveSettings } from './load.ts';
import { proxyRows } from './proxy.ts';
import type { Setting } from './settings.ts';
import { allSettings } from './settings.ts';
import { ownPrefixes } from './variables.ts';

/** One line of the effective configuration. */
export interface ConfigRow {
  /** The environment variable. */
  readonly name: string;
  /** Fit to be shown: secrets are masked, and an unset value is described. */
  readonly value: string;
  /** `default`, a file, `variable NAME` or `file of NAME_FILE`. */
  readonly source: string;
}

/**
 * The effective value of every setting, and of the proxy's variables where they are set.
 *
 * @throws ConfigurationError with one line for each problem
 */
export function describeConfig(options: LoadOptions): readonly ConfigRow[] {
  const { origins, projectDir } = resolveSettings(options);
  const rows = allSettings.map((setting) => {
    const { text, source } = origins.get(setting.keyPath) ?? { source: 'default' };
    return { name: setting.env, value: printableValue(setting, projectDir, text), source };
  });
  return [...rows, ...proxyRows(options.env)];
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

function printableValue(setting: Setting, projectDir: string, text?: string): string {
  if (text === undefined) return unsetText(setting);
  if (setting.format === 'path') return path.resolve(projectDir, text);
  if (setting.sensitive !== true) return text;
  return formatOf(setting.format).mask?.(text) ?? maskText;
}

function unsetText({ unset = '' }: Setting): string {
  return `unset: ${unset}`;
}

const introduction = `# Configuration

Domestique reads each setting from these places. The later wins over the earlier, setting by setting:

1. \`config/default.json\`: the defaults;
2. \`config/secrets.json\`: your application's id and secret. \`${commandLine('init')}\` writes it, and \`config/secrets.example.json\` shows how (run \`chmod 600\` on a file of your own);
3. \`config/local.json\`: anything else of yours;
4. environment variables.

An [installed package](deployment.md#as-an-npm-package) has its own places for 2 and 3, and for relative paths.
Git ignores \`secrets.json\` and \`local.json\`. \`${commandLine('config')}\` shows the effective values, the origin of each, and no secret.

In a file the key \`sync.since\` is \`{"sync": {"since": "2019"}}\`. Lists are JSON lists or texts with commas. An empty variable, an empty text or null counts as unset.
Lengths of time are written \`500ms\`, \`5s\`, \`15m\`, \`24h\` or \`90d\`. A variable that ends in \`_FILE\` names a regular file of at most 1 MiB that holds nothing but the value, such as a container's secret.
Domestique warns of a file with a secret that other users can read or change, except below /run/secrets, where containers mount theirs.

Domestique checks the whole configuration before it connects to anything, and reports all errors at once with exit code 2. An unknown key in a file is an error, and so is an unknown variable that begins with one of our prefixes
(${ownPrefixes.map((prefix) => `\`${prefix}\``).join(', ')}) or misspells one of ours (\`RETENTION_DAY\`).

\`HTTPS_PROXY\` and \`HTTP_PROXY\` (or in lower case) name the proxy for https and http addresses, and \`NO_PROXY\` the hosts that are requested without it. This machine is always one of them. \`${commandLine('config')}\` shows the three where they are set.

This file is generated from the declarations in \`src/config/\`; a test compares the two. To regenerate it:

    node --input-type=module -e "import { configurationPage } from './src/config/description.ts'; console.log(configurationPage('config'))" > docs/configuration.md
`;

/** The sections of the page, each with the key paths (or their beginnings) that it shows. */
const sections: readonly (readonly [title: string, ...prefixes: string[]])[] = [
  ['Application at Strava', 'strava'],
  ['Database', 'mongodb', 'dataDir', 'tokenKeyFile', 'lease'],
  ['Sync', 'sync'],
  ['Reconcile', 'reconcile'],
  ['Retention', 'retentionDays', 'keep'],
  ['Athletes', 'athlete'],
  ['Login and HTTP server', 'auth', 'http'],
  ['Webhooks and notifications', 'webhook', 'notify'],
  ['Page and units', 'page'],
  ['Exports', 'export'],
  ['Log', 'log'],
];

/** docs/configuration.md, with the defaults of `configDir`. */
export function configurationPage(configDir: string): string {
  const { origins } = readConfigFile(configDir, 'default.json');
  const parts = sections.map(([title, ...prefixes]) => {
    const shown = allSettings.filter(({ keyPath }) =>
      prefixes.includes(keyPath.split('.', 1).join()),
    );
    const rows = shown.map((setting) => settingRow(setting, origins.get(setting.keyPath)?.text));
    const head = ['variable', 'key in a file', 'meaning', 'values', 'default', 'example'];
    return [`## ${title}`, '', rowOf(head), '|---|---|---|---|---|---|', ...rows, ''].join('\n');
  });
  return [introduction, ...parts].join('\n').trimEnd();
}

function settingRow(setting: Setting, defaultText: string | undefined): string {
  const { env, hasFileVariable, keyPath, doc, format, example } = setting;
  return rowOf([
    hasFileVariable === true ? `\`${env}\` or \`${env}_FILE\`` : `\`${env}\``,
    `\`${keyPath}\``,
    doc,
    formatOf(format).accepts(setting),
    defaultText === undefined ? unsetText(setting) : `\`${defaultText}\``,
    `\`${example}\``,
  ]);
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
