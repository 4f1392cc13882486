import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../support/command/command.ts';
import { commandNames, isProjectFile, readProjectFile } from './project.ts';

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The instructions of a Dockerfile, with continued lines joined. */
function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.replace(/\\\n\s*/g, '').split('\n');
  return lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { name, rest };
    });
}

const instructions = instructionsOf(readProjectFile('Dockerfile'));
const restsOf = (name: string): readonly string[] =>
  instructions.filter((each) => each.name === name).map(({ rest }) => rest);
const [lastRest = ''] = restsOf('FROM').slice(-1);
const finalStage = instructions.slice(instructions.findIndex(({ rest }) => rest === lastRest));
const commandOf = (rest: string): readonly string[] => JSON.parse(rest) as string[];
const commandLine = readProjectFile('src/command-line.ts');
/** The paths copied from the build context. */
const copied = [
  ...new Set(
    restsOf('COPY')
      .filter((rest) => !rest.startsWith('--from='))
      .flatMap((rest) => rest.split(' ').slice(0, -1)),
  ),
];

describe('the Dockerfile', () => {
  it('the Dockerfile has only known instructions, and none that downloads', () => {
    const known = 'FROM WORKDIR COPY RUN LABEL ENV USER EXPOSE HEALTHCHECK ENTRYPOINT CMD'.split(
      ' ',
    );
    for (const { name } of instructions) expect(known).toContain(name);
  });

  it('the Dockerfile uses the slim image of the major Node version in package.json', () => {
    const { engines } = JSON.parse(readProjectFile('package.json')) as {
      engines: { node: string };
    };
    const major = engines.node.replace('>=', '');
    for (const rest of restsOf('FROM')) {
      expect(rest).toMatch(new RegExp(`^node:${major}-\\w+-slim( AS \\w+)?$`));
    }
  });

  it('the Dockerfile runs everything in exec form, and the program as the npm scripts do', () => {
    const programs = restsOf('RUN').map((rest) => commandOf(rest)[0]);
    expect(programs).toEqual(['npm', 'install', 'env']);
    const [entrypoint = ''] = restsOf('ENTRYPOINT');
    expect(commandOf(entrypoint)).toEqual(['domestique']);
    expect(restsOf('ENV').join(' ')).toContain(' PATH=/app/bin:$PATH');
    expect(isProjectFile('bin/domestique')).toBe(true);
    const [command = ''] = restsOf('CMD');
    expect(commandOf(command)).toEqual(['start']);
  });

  it('the Dockerfile checks the health by our own command', () => {
    const [, check = ''] = /\bCMD (\[.*\])$/.exec(restsOf('HEALTHCHECK')[0] ?? '') ?? [];
    const command = JSON.parse(check) as string[];
    expect(command.slice(0, -1)).toEqual(['domestique']);
    expect(commandNames()).toContain(command.at(-1));
  });

  it('the Dockerfile compiles, as the user who runs them, the commands that it runs', () => {
    const user = finalStage.findIndex(({ name }) => name === 'USER');
    const compiling = finalStage.findIndex(({ rest }) => rest.includes('--import'));
    expect(compiling).toBeGreaterThan(user);
    const [, options = '', ...program] = commandOf(finalStage[compiling]?.rest ?? '[]');
    // Node uses what it compiled only with the same options of V8, which the script sets.
    expect(program).toEqual(['domestique', '--version']);
    const modules = options.split(' ').filter((each) => each.startsWith('./src/'));
    for (const command of ['start', 'health']) {
      const [, path = ''] =
        new RegExp(`import\\('(\\S+)'\\)\\)\\.${command}\\(`).exec(commandLine) ?? [];
      expect(modules).toContain(path.replace('./', './src/'));
    }
    const [, folder = ''] = /\bNODE_COMPILE_CACHE=(\S+)/.exec(restsOf('ENV').join(' ')) ?? [];
    expect(
      restsOf('RUN')
        .filter((rest) => rest.includes(`"--owner=node"`))
        .join(),
    ).toContain(`"${folder}"`);
  });

  it('the Dockerfile installs the lock file without development dependencies', () => {
    expect(restsOf('RUN').join()).toContain('"npm", "ci", "--omit=dev"');
  });

  it('the Dockerfile runs in UTC as an unprivileged user who owns no file of it', () => {
    const isUser = ({ name }: Instruction): boolean => name === 'USER';
    expect(finalStage.filter(isUser).map(({ rest }) => rest)).toEqual(['node']);
    const after = finalStage.slice(finalStage.findIndex(isUser)).map(({ name }) => name);
    expect(after).not.toContain('COPY');
    expect(restsOf('COPY').join()).not.toContain('--chown');
    expect(restsOf('ENV').join(' ')).toMatch(/\bTZ=UTC\b/);
  });

  it('the Dockerfile has the version of package.json as a label', () => {
    const { version } = JSON.parse(readProjectFile('package.json')) as { version: string };
    const labels = restsOf('LABEL').join(' ');
    expect(labels).toContain(`org.opencontainers.image.version="${version}"`);
    for (const label of ['title', 'description', 'licenses']) {
      expect(labels).toContain(`org.opencontainers.image.${label}="`);
    }
  });

  it('the Dockerfile copies only existing files', () => {
    expect(copied).toContain('src');
    for (const path of copied) expect(isProjectFile(path), path).toBe(true);
  });
});

describe('.dockerignore', () => {
  const [first, ...allowed] = readProjectFile('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

  it('.dockerignore includes only copied files', () => {
    expect(first).toBe('*');
    expect(allowed.toSorted()).toEqual(copied.map((path) => `!${path}`).toSorted());
  });

  it('.dockerignore includes no file that git ignores', () => {
    const ignored = readProjectFile('.gitignore').split('\n').filter(Boolean);
    expect(ignored).toContain('secrets/');
    const names = copied.flatMap((path) => [path, ...entriesUnder(path)]);
    for (const pattern of ignored.filter((each) => !each.startsWith('*'))) {
      const path = pattern.replace(/\/$/, '');
      expect(names.filter((name) => name === path || name.startsWith(`${path}/`))).toEqual([]);
    }
  });

  function entriesUnder(path: string): readonly string[] {
    try {
      return readdirSync(join(projectFolder, path), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${path}/${name}`,
      );
    } catch {
      return [];
    }
  }
});
