/**
 * Loads the configuration once: whole, checked before anything connects, frozen. It throws all problems
 * together, and never a secret with them.
 */
import path from 'node:path';

import convict from 'convict';

import { writeDuration } from '../domain/duration.ts';
import { ConfigurationError } from '../errors.ts';
import { databaseInUri } from './address-formats.ts';
import type { Config } from './config.ts';
import { createConfig } from './config.ts';
import { exposureWarnings } from './exposure.ts';
import type { UserFile } from './exposure.ts';
import type { Origin, Reading } from './files.ts';
import { readConfigFile } from './files.ts';
import { formatOf } from './formats.ts';
import { pageContradictions } from './page-rules.ts';
import { proxyProblems } from './proxy.ts';
import type { Setting, Values } from './settings.ts';
import { allSettings, schema } from './settings.ts';
import type { UserFolders } from './user-folders.ts';
import type { Environment } from './variables.ts';
import { readVariables } from './variables.ts';

/** Where the configuration is read from. */
export interface LoadOptions {
  readonly env: Environment;
  /** The folder with `default.json`. The project's folder is the one around it. */
  readonly configDir: string;
  /** Of an installed package only: instead of the project's folder, and for the user's files. */
  readonly userFolders?: UserFolders;
  /** Whether to read the defaults alone, without the user's files. */
  readonly isDefaultOnly?: boolean;
}

/** The checked values of all settings, with the origin of each. */
export interface Resolution {
  readonly projectDir: string;
  readonly values: Values;
  /** By key path. A setting that nothing sets has none. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly warnings: readonly string[];
}

const windows = ['strava.quota.shortWindow', 'strava.quota.dailyWindow'];

/** A secret that was pasted into the wrong setting is longer than this, so it is not repeated. */
const maxEchoLength = 30;

/**
 * The configuration of `config/default.json`, `secrets.json`, `local.json` and the environment, the
 * later winning over the earlier.
 *
 * @throws ConfigurationError with one line for each problem
 */
export function loadConfig(options: LoadOptions): Config {
  const { values, projectDir, warnings } = resolveSettings(options);
  return createConfig(values, projectDir, warnings);
}

/** The same, or the defaults alone where a setting is wrong: for a command that says what is wrong. */
export function loadConfigOrDefaults(options: LoadOptions): Config {
  try {
    return loadConfig(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return loadConfig({ ...options, env: {}, isDefaultOnly: true });
  }
}

/**
 * The values of all settings before they are given the shape of {@link Config}.
 *
 * @throws ConfigurationError with one line for each problem
 */
export function resolveSettings(options: LoadOptions): Resolution {
  const { projectDir, files, variables, inUri, sources, origins } = readSources(options);

  const config = convict<object>(schema, {
    env: textsByVariable(originsOf([variables, inUri])),
    args: [],
  });
  for (const { tree } of files) config.load(tree);
  const values = config.getProperties() as Values;
  const invalid = invalidSettings(config);
  const isPageInvalid = [...invalid.keys()].some((key) => key.startsWith('page.'));
  const problems = [
    ...sources.flatMap((source) => source.problems),
    ...allSettings.flatMap((setting) => {
      const problem = invalid.get(setting.keyPath);
      return problem === undefined ? [] : [explain(setting, problem, origins.get(setting.keyPath))];
    }),
    ...(windows.some((key) => invalid.has(key)) ? [] : windowContradiction(values, origins)),
    ...notifyContradiction(origins),
    ...(isPageInvalid ? [] : pageContradictions(values.page, origins)),
    ...proxyProblems(options.env),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    projectDir,
    values,
    origins,
    warnings: exposureWarnings(userFile(options, 'secrets.json'), origins, projectDir),
  };
}

/** The origin of each setting, by key path, also of one that is wrong. */
export function originsOfSettings(options: LoadOptions): Resolution['origins'] {
  return readSources(options).origins;
}

function readSources(options: LoadOptions) {
  const configDir = path.resolve(options.configDir);
  const { userFolders } = options;
  const projectDir = userFolders?.data ?? path.dirname(configDir);
  const ownNames = options.isDefaultOnly === true ? [] : ['secrets.json', 'local.json'];
  const own = ownNames.map((name) => userFile(options, name));
  const files = [
    readConfigFile(configDir, 'default.json'),
    ...own.map((file) =>
      readConfigFile(path.dirname(file.path), path.basename(file.path), file.name),
    ),
  ];
  const variables = readVariables(options.env, projectDir);
  const inUri = readDatabaseInUri(originsOf([...files, variables]));
  const sources = [...files, variables, inUri];
  return { projectDir, files, variables, inUri, sources, origins: originsOf(sources) };
}

/** Where `secrets.json` or `local.json` is. */
export function userFile({ configDir, userFolders }: LoadOptions, fileName: string): UserFile {
  const folder = path.resolve(userFolders?.config ?? configDir);
  const filePath = path.join(folder, fileName);
  return { path: filePath, name: userFolders === undefined ? `config/${fileName}` : filePath };
}

function textsByVariable(origins: ReadonlyMap<string, Origin>): Record<string, string> {
  return Object.fromEntries(
    allSettings.flatMap(({ env, keyPath }) => {
      const origin = origins.get(keyPath);
      return origin === undefined ? [] : [[env, origin.text]];
    }),
  );
}

/**
 * The problem of each invalid setting, by key path. convict throws one error with a line for each, to
 * which it adds the value unless the setting is sensitive. The value is dropped.
 */
function invalidSettings(config: convict.Config<object>): ReadonlyMap<string, string> {
  try {
    config.validate({ allowed: 'strict' });
    return new Map();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const lines = error.message.split('\n');
    const found = lines.map((line) => /^([\w.]+): (.*?)(?:: value was .*)?$/s.exec(line));
    if (found.includes(null)) throw error;
    return new Map(found.map((match) => [match?.[1] ?? '', match?.[2] ?? '']));
  }
}

function explain({ keyPath, format, example }: Setting, problem: string, origin?: Origin): string {
  const { text, label } = origin ?? { text: '', label: `config/default.json, ${keyPath}` };
  const isEchoed =
    formatOf(format).isEchoed === true && text !== '' && text.length <= maxEchoLength;
  const echo = isEchoed ? `, not ${JSON.stringify(text)}` : '';
  return `${label}: ${problem}${echo}; for example ${example}`;
}

function originsOf(sources: readonly Reading[]): Resolution['origins'] {
  return new Map(sources.flatMap((source) => [...source.origins]));
}

/** The database that the path of the connection string names, unless another one is named elsewhere. */
function readDatabaseInUri(origins: Resolution['origins']): Reading {
  const uri = origins.get('mongodb.uri');
  const name = uri === undefined ? undefined : databaseInUri(uri.text);
  if (uri === undefined || name === undefined) return { origins: new Map(), problems: [] };
  const given = origins.get('mongodb.database');
  if (given !== undefined && given.source !== 'default') {
    // The name is not repeated: it can be a part of a password that is not percent-encoded.
    const rule = `the database in its path is not the one of ${given.label}; name it in one place`;
    const problem = `${uri.label}: ${rule}, and where the users are with ?authSource=NAME`;
    return { origins: new Map(), problems: given.text === name ? [] : [problem] };
  }
  const origin = { text: name, label: `${uri.label}, its path`, source: `path of ${uri.label}` };
  return { origins: new Map([['mongodb.database', origin]]), problems: [] };
}

function notifyContradiction(origins: Resolution['origins']): readonly string[] {
  const [command, url] = [origins.get('notify.command'), origins.get('notify.url')];
  const newActivity = origins.get('notify.newActivity');
  if (newActivity?.text === 'true' && command === undefined && url === undefined) {
    return [
      `${newActivity.label}: needs ${schema.notify.command.env} or ${schema.notify.url.env}, which says whom to notify`,
    ];
  }
  if (command === undefined || url === undefined) return [];
  return [
    `${url.label}: ${command.label} is set as well; set only one of the two, a command can post as well`,
  ];
}

/** A short window that is longer than the daily one is a problem of the one that the user wrote. */
function windowContradiction(
  { strava: { quota } }: Values,
  origins: Resolution['origins'],
): readonly string[] {
  if (quota.dailyWindow >= quota.shortWindow) return [];
  const isDailyDefault = origins.get('strava.quota.dailyWindow')?.source === 'default';
  const key = isDailyDefault ? 'shortWindow' : 'dailyWindow';
  const rule = isDailyDefault
    ? `no longer than the daily window, ${writeDuration(quota.dailyWindow)}`
    : `no shorter than the short window, ${writeDuration(quota.shortWindow)}`;
  const label = origins.get(`strava.quota.${key}`)?.label ?? key;
  return [`${label}: must be ${rule}; for example ${schema.strava.quota[key].example}`];
}
