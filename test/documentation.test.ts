import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { createCommands } from '../src/command-line.ts';
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

const markdownPages = projectFiles()
  .map((path) => relative(root, path))
  .filter((path) => path.endsWith('.md'));

/** A page without its blocks of code and its code spans, which hold no links. */
const proseOf = (page: string): string =>
  read(page)
    .replace(/^```[^]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, (span) => ' '.repeat(span.length));

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  const kept = heading.toLowerCase().replace(/[^\p{Letter}\p{Number}\p{Mark} _-]/gu, '');
  return kept.replaceAll(' ', '-');
}

function anchorsOf(page: string): readonly string[] {
  const text = read(page).replace(/^```[^]*?^```$/gm, '');
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) => anchorOf(heading.trim()));
}

describe('README.md', () => {
  const readme = read('README.md');

  it('README.md is at most 150 lines long', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it('README.md names only collections that docs/schema.md describes', () => {
    const described = anchorsOf('docs/schema.md');
    const cells = rowsOf(section(readme, 'The database')).map(([name = '']) => name);
    const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(described).toContain(name);
  });
});

describe('package.json', () => {
  it('package.json has a script for every command, and for no other', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const ours = Object.keys(scripts).filter((name) => scripts[name]?.includes('bin/domestique'));
    const program = createCommands(() => Promise.resolve(), process.stdin);
    const names = program.commands.map((command) => command.name());
    expect(ours.toSorted()).toEqual(names.toSorted());
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

  it('the table of errors has every error with its class and its exit code', () => {
    expect(defined.length).toBeGreaterThan(15);
    const rows = documented.map((row) => row.slice(0, 3));
    expect(rows.toSorted()).toEqual(defined.toSorted());
  });

  it('the table of errors says of each error what it means and what to do', () => {
    const incomplete = documented.filter((row) => row.length !== 5 || row.includes(''));
    expect(incomplete).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  const architecture = read('ARCHITECTURE.md');

  it('ARCHITECTURE.md is at most 120 lines long', () => {
    expect(architecture.trimEnd().split('\n').length).toBeLessThanOrEqual(120);
  });

  it('ARCHITECTURE.md has every folder of the source in its table, and no other', () => {
    const cells = rowsOf(section(architecture, 'Folders')).map(([cell = '']) => cell);
    const folders = cells.flatMap((cell) =>
      [...cell.matchAll(/`([^`]+)\/`/g)].flatMap(([, folder = '']) => expandBraces(folder)),
    );
    expect(folders.toSorted()).toEqual(foldersUnder('src').toSorted());
  });

  /** `src/{a,b}` as `src/a` and `src/b`. */
  function expandBraces(path: string): readonly string[] {
    const [, before = '', inner] = /^(.*)\{(.*)\}$/.exec(path) ?? [];
    return inner === undefined ? [path] : inner.split(',').map((each) => before + each);
  }
});

describe('every page', () => {
  it('every page names no script that does not exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = markdownPages.flatMap((page) =>
      [...read(page).matchAll(/npm run (?:-s )?([a-z][\w:]*)/g)].map(([, name]) => name),
    );
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  it('every page names no file of the project that does not exist', () => {
    const files = projectFiles().map((path) => relative(root, path));
    const missing = markdownPages.flatMap((page) =>
      [...read(page).matchAll(/\b(?:src|test|bench)\/[\w/.-]+\.ts\b/g)]
        .filter(([path]) => !files.includes(path))
        .map(([path]) => `${page}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it('links only to files and anchors that exist', () => {
    const links = markdownPages.flatMap((page) =>
      [...proseOf(page).matchAll(/\]\(([^()\s]+)\)/g)].map(([, link = '']) => ({ page, link })),
    );
    const relativeLinks = links.filter(({ link }) => !/^[a-z]+:/.test(link));
    expect(relativeLinks.length).toBeGreaterThan(50);
    const broken = relativeLinks.filter(({ page, link }) => !isTarget(page, link));
    expect(broken).toEqual([]);
  });

  function isTarget(page: string, link: string): boolean {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : relative(root, resolve(root, dirname(page), path));
    if (!existsSync(join(root, target))) return false;
    return anchor === undefined || anchorsOf(target).includes(anchor);
  }
});

describe('the project', () => {
  it('the project names no address of a package registry and no folder of a developer', () => {
    const forbidden = [['', 'work', ''].join('/'), ['registry', 'npmjs'].join('.')];
    const offenders = projectFiles().filter((path) => {
      const text = readFileSync(path, 'latin1');
      return forbidden.some((each) => text.includes(each));
    });
    expect(offenders).toEqual([]);
  });
});
