/**
 * Reads our variables of the environment, and the files that `…_FILE` names, and collects the problems
 * with their names. No problem repeats a variable's value.
 */
import path from 'node:path';

import type { Origin, Reading } from './files.ts';
import { readText } from './files.ts';
import type { Setting } from './settings.ts';
import { allSettings, variableNames } from './settings.ts';
import { isWithin, nearestName } from './spelling.ts';

/** An environment, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An unknown variable with one of these is an error. */
export const ownPrefixes: readonly string[] = [
  ...['STRAVA_', 'MONGODB_', 'SYNC_', 'RECONCILE_', 'KEEP_'],
  ...['ATHLETE_', 'HTTP_', 'WEBHOOK_', 'NOTIFY_', 'LOG_', 'PAGE_'],
];

/**
 * Variables with our prefixes that other programs set: a proxy, systemd, and Kubernetes or Docker for a
 * service named mongodb.
 */
const foreignNames =
  /^(HTTP_PROXY|NOTIFY_SOCKET|LOG_NAMESPACE)$|_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP)(_\w+)?$/;

/** Reads the variables. A relative path in a `…_FILE` starts at `projectDir`. */
export function readVariables(env: Environment, projectDir: string): Reading {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => (value ?? '') !== ''));
  const origins = new Map<string, Origin>();
  const problems: string[] = [];
  for (const setting of allSettings) {
    const reading = readVariable(setting, set, projectDir);
    if (typeof reading === 'string') problems.push(reading);
    else if (reading !== undefined) origins.set(setting.keyPath, reading);
  }
  const unknown = Object.keys(set).filter((name) => !variableNames.includes(name));
  return { origins, problems: [...problems, ...unknown.flatMap((name) => problemOf(name, set))] };
}

/** The setting's text and origin, or a problem. */
function readVariable(
  { env: name, hasFileVariable }: Setting,
  env: Environment,
  projectDir: string,
): Origin | string | undefined {
  const text = env[name];
  const fileName = `${name}_FILE`;
  const filePath = hasFileVariable === true ? env[fileName] : undefined;
  if (filePath === undefined) {
    return text === undefined ? undefined : { text, label: name, source: `variable ${name}` };
  }
  return text === undefined
    ? readSecretFile(name, path.resolve(projectDir, filePath))
    : `${fileName}: ${name} is set as well; set only one of the two`;
}

function readSecretFile(name: string, filePath: string): Origin | string {
  const fileName = `${name}_FILE`;
  const content = readText(filePath);
  // The path is not repeated: it is the secret itself if a user mixed up the two variables.
  const rule = 'must be the path of a readable file with nothing but the value in it';
  const problem = (why: string) =>
    `${fileName}: ${rule} (${why}); for example ${fileName}=/run/secrets/${name.toLowerCase()}`;
  if ('failure' in content) return problem(content.failure);
  const text = content.text.replace(/[\r\n]+$/, '');
  return text === ''
    ? problem('it is empty')
    : { text, label: fileName, source: `file of ${fileName}`, file: filePath };
}

/** What is wrong with an unknown variable; nothing where it belongs to another program. */
function problemOf(name: string, env: Environment): readonly string[] {
  if (foreignNames.test(name)) return [];
  const near = hasOwnPrefix(name)
    ? nearestName(name, variableNames)
    : variableNames.find((known) => isMisspelling(name, known) && env[known] === undefined);
  if (near !== undefined) return [`${name}: is not a setting; did you mean ${near}?`];
  return hasOwnPrefix(name)
    ? [`${name}: is not a setting (docs/configuration.md lists them); for example SYNC_SINCE=2019`]
    : [];
}

/**
 * Whether a variable without our prefixes is a misspelt one of ours. Another program's `LOGLEVEL` is as
 * near to a short name of ours as a mistyped one, so only long names and those without a prefix count.
 */
function isMisspelling(name: string, known: string): boolean {
  const isLong = known.length >= 13;
  if (!isLong && hasOwnPrefix(`${known}_`)) return false;
  return isWithin(name, known, isLong ? 2 : 1);
}

function hasOwnPrefix(name: string): boolean {
  return ownPrefixes.some((prefix) => name.startsWith(prefix));
}
