/**
 * The files, commands and settings of the project that deployment files refer to.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../support/command/command.ts';

export function readProjectFile(path: string): string {
  return readFileSync(join(projectFolder, path), 'utf8');
}

export function isProjectFile(path: string): boolean {
  return existsSync(join(projectFolder, path));
}

/** The program's own commands. */
export function commandNames(): readonly string[] {
  const { scripts } = JSON.parse(readProjectFile('package.json')) as {
    scripts: Readonly<Record<string, string>>;
  };
  const lines = Object.values(scripts).filter((line) => line.includes(' bin/domestique '));
  return lines.map((line) => line.split(' ').at(-1) ?? '');
}
