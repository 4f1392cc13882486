import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { exitCodes } from '../src/errors.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The cells of each row of the Markdown tables in a text, without their heads. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const isHead = (_: string, index: number): boolean =>
    lines[index + 1]?.startsWith('|---') === true;
  return lines
    .filter((line, index) => !line.startsWith('|---') && !isHead(line, index))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** What stands between a heading of the second level and the next one. */
function section(text: string, heading: string): string {
  const [, after] = text.split(`\n## ${heading}\n`);
  if (after === undefined) throw new Error(`There is no section "${heading}".`);
  return after.split('\n## ')[0] ?? '';
}

/** Every file of the project, without what git ignores. */
function projectFiles(folder = root): readonly string[] {
  const ignored = [...read('.gitignore').split('\n'), '.git'].map((line) =>
    line.replace(/\/$/, ''),
  );
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const isIgnored = ignored.includes(relative(root, path)) || entry.name.endsWith('.log');
    if (isIgnored) return [];
    return entry.isDirectory() ? projectFiles(path) : [path];
  });
}

function foldersUnder(path: string): readonly string[] {
  return readdirSync(join(root, path))
    .map((name) => `${path}/${name}`)
    .filter((each) => statSync(join(root, each)).isDirectory())
    .flatMap((each) => [each, ...foldersUnder(each)]);
}

describe('the README', () => {
  const readme = read('README.md');

  it('has every command of ours in its table of commands', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const ours = Object.keys(scripts).filter((name) => scripts[name]?.includes('bin/domestique'));
    expect(ours).toContain('sync');
    const commands = rowsOf(section(readme, 'Commands')).map(([command]) => command);
    for (const name of ours) {
      expect(commands).toContain(name === 'start' ? '`npm start`' : `\`npm run ${name}\``);
    }
  });

  it('names no script that does not exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm run (?:-s )?([a-z][\w:]*)/g)].map(([, name]) => name);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  it('has each exit code once, and no other', () => {
    const codes = rowsOf(section(readme, 'Exit codes')).map(([code]) => Number(code));
    expect(codes).toEqual(Object.values(exitCodes));
  });
});

describe('the table of errors', () => {
  const documented = rowsOf(read('docs/errors.md'));
  const sources = projectFiles().filter((path) => /\/src\/.*\.ts$/.test(path));
  const defined = sources.flatMap((path) => errorsIn(readFileSync(path, 'utf8')));

  /** Code, class and exit code of each error; one that names no exit code has its base's, `failed`. */
  function errorsIn(source: string): readonly (readonly string[])[] {
    return source.split(/^export (?=(?:abstract )?class )/m).flatMap((text) => {
      const name = /^class (\w+) extends/.exec(text)?.[1];
      const code = /override readonly code = '(\w+)'/.exec(text)?.[1];
      if (name === undefined || code === undefined) return [];
      const exit = /override readonly exitCode = exitCodes\.(\w+)/.exec(text)?.[1] ?? 'failed';
      const exitCode = new Map<string, number>(Object.entries(exitCodes)).get(exit);
      return [[`\`${code}\``, `\`${name}\``, String(exitCode)]];
    });
  }

  it('has every error with its class and its exit code', () => {
    expect(defined.length).toBeGreaterThan(15);
    const rows = documented.map((row) => row.slice(0, 3));
    expect(rows.toSorted()).toEqual(defined.toSorted());
  });
});

describe('ARCHITECTURE.md', () => {
  const architecture = read('ARCHITECTURE.md');

  it('has every folder of the source in its table', () => {
    const folders = rowsOf(section(architecture, 'Folders')).map(([folder]) => folder);
    for (const folder of foldersUnder('src')) expect(folders).toContain(`\`${folder}/\``);
  });

  it('names no file that does not exist', () => {
    const files = projectFiles().map((path) => relative(root, path));
    const texts = ['README.md', 'docs/errors.md', 'docs/guarantees.md'].map(read);
    for (const text of [architecture, ...texts]) {
      for (const [path] of text.matchAll(/\b(?:src|test)\/[\w/.-]+\.ts\b/g))
        expect(files).toContain(path);
    }
  });

  it('has a collection for each that the program uses', () => {
    const collections = rowsOf(section(architecture, 'Documents')).map(([name]) => name);
    const sources = projectFiles().filter((path) => path.includes('/src/mongo/'));
    const used = sources.flatMap((path) => [
      ...readFileSync(path, 'utf8').matchAll(/\bcollection(?:<\w+>)?\('(\w+)'/g),
    ]);
    expect(used.length).toBeGreaterThan(5);
    for (const [, name] of used) expect(collections).toContain(`\`${name ?? ''}\``);
  });
});

describe('the project', () => {
  it('names no address of a package registry and no folder of a developer', () => {
    const forbidden = [['', 'work', ''].join('/'), ['registry', 'npmjs'].join('.')];
    const offenders = projectFiles().filter((path) => {
      const text = readFileSync(path, 'latin1');
      return forbidden.some((each) => text.includes(each));
    });
    expect(offenders).toEqual([]);
  });
});
