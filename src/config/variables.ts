/**
 * Reads the environment's variables, and the files that `…_FILE` names, into texts by variable, and
 * collects what is wrong with their names. What a value may be is not decided here. No message
 * repeats a variable's value.
 */
import path from 'node:path';

import { readText } from './files.ts';
import { allSettings } from './settings.ts';
import type { Setting } from './setting.ts';
import { nameDistance, nearestName } from './spelling.ts';

/** An environment, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text, and who wrote it where. */
export interface VariableText {
  readonly text: string;
  /** For messages: the name as the user wrote it. */
  readonly label: string;
  /** For the description of the configuration. */
  readonly source: string;
}

export interface VariableReading {
  /** By the name of the setting. */
  readonly texts: ReadonlyMap<string, VariableText>;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Prefixes that belong to nobody else: what is unknown under them is a mistake. */
const ownPrefixes = ['STRAVA_', 'SYNC_'];

const knownNames = new Set(
  allSettings.flatMap(({ name, hasFileVariable }) =>
    hasFileVariable === true ? [name, `${name}_FILE`] : [name],
  ),
);

/** Reads the variables; a relative path in a `…_FILE` starts at `projectDir`. */
export function readVariables(env: Environment, projectDir: string): VariableReading {
  const texts = new Map<string, VariableText>();
  const errors: string[] = [];
  for (const setting of allSettings) {
    const reading = readVariable(setting, env, projectDir);
    if (reading === undefined) continue;
    if ('error' in reading) errors.push(reading.error);
    else texts.set(setting.name, reading);
  }
  const unknown = Object.keys(env).filter((name) => isSet(env, name) && !knownNames.has(name));
  const own = unknown.filter((name) => ownPrefixes.some((prefix) => name.startsWith(prefix)));
  return {
    texts,
    errors: [...errors, ...own.map(unknownVariable)],
    warnings: unknown.filter((name) => !own.includes(name)).flatMap((name) => warn(name, env)),
  };
}

/** A setting that is refused because its name is not known, with a hint where one is near. */
export function unknownVariable(name: string): string {
  const near = nearestName(name, knownNames);
  return near === undefined
    ? `${name}: is not a setting; one is for example SYNC_SINCE=2019, and the README has them all`
    : `${name}: is not a setting; did you mean ${near}?`;
}

function readVariable(
  setting: Setting<unknown>,
  env: Environment,
  projectDir: string,
): VariableText | { error: string } | undefined {
  const { name } = setting;
  const fileName = `${name}_FILE`;
  if (setting.hasFileVariable !== true || !isSet(env, fileName)) {
    const text = env[name] ?? '';
    return text === '' ? undefined : { text, label: name, source: `variable ${name}` };
  }
  if (isSet(env, name)) {
    return { error: `${fileName}: ${name} is set as well; set only one of the two` };
  }
  return readSecretFile(name, path.resolve(projectDir, env[fileName] ?? ''));
}

function readSecretFile(name: string, filePath: string): VariableText | { error: string } {
  const fileName = `${name}_FILE`;
  const content = readText(filePath);
  // The path is not repeated: it is the secret itself where somebody mixed up the two variables.
  const rule = 'must be the path of a readable file with nothing but the value in it';
  const rejection = (why: string) => ({
    error: `${fileName}: ${rule} (${why}); for example ${fileName}=/run/secrets/${name.toLowerCase()}`,
  });
  if ('failure' in content) return rejection(content.failure);
  const text = content.text.replace(/[\r\n]+$/, '');
  return text === ''
    ? rejection('it is empty')
    : { text, label: fileName, source: `file of ${fileName}` };
}

/**
 * Under the other prefixes (MONGODB_, LOG_…) live variables of other programs: one that differs from
 * ours by a letter is only pointed at, and only while ours is not set.
 */
function warn(name: string, env: Environment): string[] {
  const near = [...knownNames].find(
    (known) => prefixOf(known) === prefixOf(name) && nameDistance(name, known) <= 1,
  );
  return near === undefined || isSet(env, near)
    ? []
    : [`The variable ${name} is not a setting of this program and is ignored; ${near} is one.`];
}

function prefixOf(name: string): string {
  return name.slice(0, name.indexOf('_') + 1);
}

function isSet(env: Environment, name: string): boolean {
  return (env[name] ?? '') !== '';
}
