/** The program's version, of package.json. */
import { readFileSync } from 'node:fs';
import { isJsonObject, parseJson } from './domain/json.ts';

/** For example `0.1.0`. */
export function programVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const json = parseJson(text);
  if (isJsonObject(json) && typeof json['version'] === 'string') return json['version'];
  throw new TypeError('package.json has no version.');
}
