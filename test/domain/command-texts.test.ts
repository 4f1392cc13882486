import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { assessLogins } from '../../src/domain/monitoring/health.ts';

/** They write how a command is called: the one says it, the other explains npm in a page. */
const exempt = ['domain/invocation.ts', 'command-line/page.ts'];

const source = resolve(import.meta.dirname, '../../src');
const nobody = { athletes: 0, needAuthorization: 0 };

/** Puts files of the source into a folder as the package has them: JavaScript. */
function install(folder: string, files: readonly string[]): void {
  for (const file of files) {
    const text = stripTypeScriptTypes(readFileSync(join(source, `${file}.ts`), 'utf8'));
    const target = join(folder, `${file}.js`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text.replaceAll(".ts';", ".js';"));
  }
}

/** The lines of code that fix how the program is called; comments may name a script. */
function fixedCalls(path: string): readonly string[] {
  const lines = readFileSync(join(source, path), 'utf8').split('\n');
  return lines
    .filter((line) => /\bnpm (run|start)\b|\bnpx /.test(line) && !/^\s*(\/\*\*|\*|\/\/)/.test(line))
    .map((line) => `${path}: ${line.trim()}`);
}

describe('the commands that a text names', () => {
  it('the commands that a text names are those of the package where it is installed', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'domestique-installed-'));
    try {
      const folder = join(scratch, 'node_modules/@domestique/sync/dist');
      install(folder, ['domain/duration', 'domain/invocation', 'domain/monitoring/health']);
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      const health = (await import(join(folder, 'domain/monitoring/health.js'))) as {
        assessLogins: typeof assessLogins;
      };
      expect(health.assessLogins(nobody).reasons).toEqual([
        'Nobody is logged in. Run: domestique auth',
      ]);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  it('the commands that a text names come from invocation.ts in every source file', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
    const others = files.filter((path) => path.endsWith('.ts') && !exempt.includes(path));
    expect(others.length).toBeGreaterThan(200);
    expect(others.flatMap(fixedCalls)).toEqual([]);
  });
});
