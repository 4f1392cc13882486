/**
 * The file of the user's settings that `init` writes. What else stands in it stays.
 */
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { isJsonObject } from '../../domain/json.ts';
import { writeToFile } from '../shared/text/output.ts';

/** By key path, such as `strava.clientId`; undefined removes the value. */
export type Changes = ReadonlyMap<string, string | undefined>;

type Tree = Readonly<Record<string, unknown>>;

/** The values of a file with the changes. */
export function changed(tree: Tree, changes: Changes): Tree {
  return [...changes].reduce((before, [keyPath, value]) => withValue(before, keyPath, value), tree);
}

function withValue(tree: Tree, keyPath: string, value: string | undefined): Tree {
  const [key = '', ...rest] = keyPath.split('.');
  const { [key]: old, ...others } = tree;
  if (rest.length > 0) {
    const section = withValue(isJsonObject(old) ? old : {}, rest.join('.'), value);
    return Object.keys(section).length === 0 ? others : { ...tree, [key]: section };
  }
  return value === undefined ? others : { ...tree, [key]: value };
}

/**
 * Changes the file in one step; only its owner can read it. The file is readable JSON or not there, as
 * loading the configuration has checked.
 * @throws OutputFailedError
 */
export async function changeSecretsFile(
  path: string,
  changes: Changes,
  signal: AbortSignal,
): Promise<void> {
  const json: unknown = JSON.parse(await textOf(path));
  const tree = changed(isJsonObject(json) ? json : {}, changes);
  await writeToFile(path, Readable.from([`${JSON.stringify(tree, undefined, 2)}\n`]), signal);
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw error;
  }
}
