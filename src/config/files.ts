/**
 * Reads one configuration file for convict, and collects the problems of its form: syntax, unknown
 * keys, sections in place of values. No problem repeats a value of the file.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import type { Declaration } from './setting.ts';
import type { Section } from './settings.ts';
import { allSettings, isSetting, schema } from './settings.ts';
import { nearestName } from './spelling.ts';

/** Where the text of a setting comes from. */
export interface Origin {
  readonly text: string;
  /** For messages: the place as the user wrote it. */
  readonly label: string;
  /** `default`, a file, `variable NAME` or `file of NAME_FILE`. */
  readonly source: string;
  /** The path of the file that holds it; undefined for a variable. */
  readonly file?: string;
}

/** What a source sets, and what is wrong with it. */
export interface Reading {
  /** By key path. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly problems: readonly string[];
}

/** The texts of a file, nested as they stand there. */
export interface TextTree {
  readonly [key: string]: TextTree | string;
}

export interface FileReading extends Reading {
  readonly tree: TextTree;
}

const exampleFile = '{"sync": {"since": "2019"}}';

/** Names that a user may have written, and the key path that each stands for. */
const spellings = new Map(
  allSettings.flatMap(({ env, keyPath }) => [
    ...sectionsOf(keyPath).map((section) => [section, section] as const),
    [keyPath, keyPath] as const,
    [env, keyPath] as const,
  ]),
);

/**
 * Reads `fileName` of the folder of configuration. A file that does not exist counts as empty, except
 * for the defaults. `label` names the file in messages.
 */
export function readConfigFile(
  configDir: string,
  fileName: string,
  label = `config/${fileName}`,
): FileReading {
  const isDefault = fileName === 'default.json';
  const origins = new Map<string, Origin>();
  const problems: string[] = [];
  const file = path.join(configDir, fileName);
  const content = readText(file);
  if ('failure' in content) {
    const isProblem = isDefault || content.failure !== 'ENOENT';
    if (isProblem) problems.push(`${label}: cannot be read (${content.failure})`);
    return { tree: {}, origins, problems };
  }
  const source = isDefault ? 'default' : label;
  const root = parseJson(content.text);
  if ('place' in root) {
    const rule = 'keys and texts stand in double quotes, commas only between entries, no comments';
    problems.push(`${label}, ${root.place}: is not JSON (${rule}); for example ${exampleFile}`);
  } else if (isSection(root.value)) {
    const tree = readSection({ label, source, file, origins, problems }, root.value, schema, '');
    return { tree, origins, problems };
  } else {
    problems.push(`${label}: must hold one {…}; for example ${exampleFile}`);
  }
  return { tree: {}, origins, problems };
}

/** The permissions of a file; 0 if it does not exist. */
export function modeOf(filePath: string): number {
  return statSync(filePath, { throwIfNoEntry: false })?.mode ?? 0;
}

const maxBytes = 1_048_576;

/**
 * The text of a file without its byte order mark, or why it cannot be read. Only a regular file is read:
 * a pipe or a device may never end.
 */
export function readText(filePath: string): { text: string } | { failure: string } {
  try {
    const stats = statSync(filePath);
    if (stats.isDirectory()) return { failure: 'EISDIR' };
    if (!stats.isFile()) return { failure: 'it is not a regular file' };
    if (stats.size > maxBytes) return { failure: 'it is larger than 1 MiB' };
    return { text: readFileSync(filePath, 'utf8').replace(/^\uFEFF/, '') };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { failure: String(error.code) };
    throw error;
  }
}

interface FileContext {
  readonly label: string;
  readonly source: string;
  readonly file: string;
  readonly origins: Map<string, Origin>;
  readonly problems: string[];
}

/** The known values of a section; the context collects their origins and the problems. */
function readSection(
  context: FileContext,
  values: Readonly<Record<string, unknown>>,
  section: Section,
  prefix: string,
): TextTree {
  const { label, source, file, origins, problems } = context;
  const tree: Record<string, TextTree | string> = {};
  for (const [key, value] of Object.entries(values)) {
    const keyPath = prefix + key;
    const place = `${label}, ${keyPath}`;
    const node = Object.hasOwn(section, key) ? section[key] : undefined;
    if (node === undefined) {
      problems.push(`${place}: ${unknownKey(keyPath)}`);
    } else if (!isSetting(node)) {
      if (isSection(value)) tree[key] = readSection(context, value, node, `${keyPath}.`);
      else problems.push(`${place}: must be a section; for example ${exampleFile}`);
    } else {
      const text = textOf(value);
      if (text === undefined) problems.push(`${place}: ${wrongShape(node)}`);
      if (text === undefined || text === '') continue;
      tree[key] = text;
      origins.set(keyPath, { text, label: place, source, file });
    }
  }
  return tree;
}

/** Null and the empty text mean unset, as an empty variable does. */
function textOf(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isList ? value.join(',') : undefined;
}

function wrongShape({ example }: Declaration): string {
  return `must be a single value; for example ${example}`;
}

function unknownKey(keyPath: string): string {
  const near = spellings.get(nearestName(keyPath, spellings.keys()) ?? '');
  return near === undefined
    ? `is not a setting (docs/configuration.md lists them); for example ${exampleFile}`
    : `is not a setting; did you mean ${near}?`;
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sectionsOf(keyPath: string): readonly string[] {
  const keys = keyPath.split('.').slice(0, -1);
  return keys.map((_, index) => keys.slice(0, index + 1).join('.'));
}

/** The value of a JSON text, or the place where the text stops being JSON. */
function parseJson(text: string): { readonly value: unknown } | { readonly place: string } {
  const reason = jsonFailure(text);
  if (reason === undefined) return { value: JSON.parse(text) as unknown };
  const before = text.slice(0, offsetOf(text, reason)).split(/\r\n|\n|\r/);
  return { place: `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}` };
}

/**
 * V8 names the position, except for an unexpected end and an unexpected token. The shortest beginning
 * of the text that has an unexpected token ends with it.
 */
function offsetOf(text: string, reason: string): number {
  const position = / at position (\d+) \(line \d+ column \d+\)$/.exec(reason)?.[1];
  if (position !== undefined) return Number(position);
  if (!hasUnexpectedToken(text)) return text.length;
  let [valid, broken] = [0, text.length];
  while (broken - valid > 1) {
    const middle = Math.floor((valid + broken) / 2);
    if (hasUnexpectedToken(text.slice(0, middle))) broken = middle;
    else valid = middle;
  }
  return valid;
}

function hasUnexpectedToken(text: string): boolean {
  return jsonFailure(text)?.endsWith(' is not valid JSON') === true;
}

/** JSON.parse's message. It can repeat a part of the text, so it is not shown. */
function jsonFailure(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}
