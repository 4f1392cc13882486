/**
 * Reads one configuration file into texts by key path, and collects what is wrong with its form:
 * syntax, unknown keys, values that are no text. What a value may be is not decided here. No message
 * repeats a value of the file.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { findJsonError } from './json-syntax.ts';
import { allSettings } from './settings.ts';
import { nearestName } from './spelling.ts';

/** What a file sets, and what is wrong with it. */
export interface FileReading {
  /** Texts by key path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly errors: readonly string[];
}

const keyPaths = new Set(allSettings.map(({ keyPath }) => keyPath));
const sections = new Set([...keyPaths].flatMap(sectionsOf));
/** What somebody may have written, and the key path that it stands for. */
const spellings = new Map([
  ...[...keyPaths, ...sections].map((keyPath) => [keyPath, keyPath] as const),
  ...allSettings.map(({ name, keyPath }) => [name, keyPath] as const),
]);

/**
 * Reads `fileName` of the folder of configuration. A file that does not exist is an empty one,
 * unless it `isRequired`.
 */
export function readConfigFile(
  configDir: string,
  fileName: string,
  isRequired = false,
): FileReading {
  const label = `config/${fileName}`;
  const texts = new Map<string, string>();
  const content = readText(path.join(configDir, fileName));
  if ('failure' in content) {
    const isError = isRequired || content.failure !== 'ENOENT';
    return { texts, errors: isError ? [`${label}: cannot be read (${content.failure})`] : [] };
  }
  const json = content.text.replace(/^\uFEFF/, '');
  const position = findJsonError(json);
  if (position !== undefined) {
    const place = `${label}, line ${position.line}, column ${position.column}`;
    const rule = 'keys and texts stand in double quotes, commas only between entries, no comments';
    return { texts, errors: [`${place}: is not JSON (${rule}); for example ${exampleFile}`] };
  }
  const errors: string[] = [];
  const root: unknown = JSON.parse(json);
  if (isSection(root)) collect({ section: root, prefix: '', label, texts, errors });
  else errors.push(`${label}: must hold one {…}; for example ${exampleFile}`);
  return { texts, errors };
}

/** Whether others than its owner may read the file. */
export function isReadableByOthers(filePath: string): boolean {
  const stats = statSync(filePath, { throwIfNoEntry: false });
  return stats !== undefined && (stats.mode & 0o044) !== 0;
}

/** The text of a file, or the system's code of the failure. */
export function readText(filePath: string): { text: string } | { failure: string } {
  try {
    return { text: readFileSync(filePath, 'utf8') };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { failure: String(error.code) };
    throw error;
  }
}

const exampleFile = '{"sync": {"since": "2019"}}';

interface Collection {
  readonly section: Readonly<Record<string, unknown>>;
  readonly prefix: string;
  readonly label: string;
  readonly texts: Map<string, string>;
  readonly errors: string[];
}

function collect(collection: Collection): void {
  const { section, prefix, label, texts, errors } = collection;
  for (const [key, value] of Object.entries(section)) {
    const keyPath = prefix + key;
    if (keyPaths.has(keyPath)) {
      const text = textOf(value);
      if (text === undefined) errors.push(`${label}, ${keyPath}: ${wrongValue(keyPath)}`);
      else if (text !== '') texts.set(keyPath, text);
    } else if (!sections.has(keyPath)) {
      errors.push(`${label}, ${keyPath}: ${unknownKey(keyPath)}`);
    } else if (isSection(value)) {
      collect({ ...collection, section: value, prefix: `${keyPath}.` });
    } else {
      errors.push(`${label}, ${keyPath}: must be a section; for example ${exampleFile}`);
    }
  }
}

/** Null and the empty text mean unset, as an empty variable does. */
function textOf(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isList ? value.join(',') : undefined;
}

function wrongValue(keyPath: string): string {
  const example = allSettings.find((setting) => setting.keyPath === keyPath)?.example ?? '';
  return `must be a single value; for example ${example}`;
}

function unknownKey(keyPath: string): string {
  const near = spellings.get(nearestName(keyPath, spellings.keys()) ?? '');
  return near === undefined
    ? `is not a setting; one is for example ${exampleFile}, and the README has them all`
    : `is not a setting; did you mean ${near}?`;
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sectionsOf(keyPath: string): string[] {
  const keys = keyPath.split('.').slice(0, -1);
  return keys.map((_, index) => keys.slice(0, index + 1).join('.'));
}
