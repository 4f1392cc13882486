import { createContext, runInContext } from 'node:vm';
import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { OwnMongod } from '../support/mongodb/own-mongod.ts';
import { startOwnMongod } from '../support/mongodb/own-mongod.ts';
import { eventually } from '../support/waiting.ts';
import { variableNames } from '../../src/config/settings.ts';
import { commandNames, readProjectFile } from './project.ts';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly restart: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface Compose {
  readonly services: Readonly<Record<'domestique' | 'mongodb', Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const compose = parse(readProjectFile('compose.yaml')) as Compose;
const { domestique, mongodb } = compose.services;
const environment = domestique.environment ?? {};
const page = readProjectFile('docs/deployment.md');

describe('the daemon in compose.yaml', () => {
  it('the daemon in compose.yaml sets only known settings', () => {
    expect(Object.keys(environment)).toContain('MONGODB_URI');
    for (const name of Object.keys(environment)) expect(variableNames).toContain(name);
    for (const value of Object.values(environment)) expect(value).toBeTypeOf('string');
  });

  it('the daemon in compose.yaml gets secrets only as files from a folder that git ignores', () => {
    const files = Object.entries(environment).filter(([name]) => name.endsWith('_FILE'));
    expect(files.map(([name]) => name)).toContain('STRAVA_CLIENT_SECRET_FILE');
    expect(Object.keys(environment)).not.toContain('STRAVA_CLIENT_SECRET');
    const secrets = domestique.secrets ?? [];
    expect(files.map(([, path]) => path)).toEqual(secrets.map((name) => `/run/secrets/${name}`));
    expect(Object.keys(compose.secrets)).toEqual(secrets);
    const ignored = readProjectFile('.gitignore').split('\n');
    for (const { file } of Object.values(compose.secrets)) {
      const [, folder = ''] = /^\.\/(\w+)\/\w+$/.exec(file) ?? [];
      expect(ignored).toContain(`${folder}/`);
    }
  });

  it('the daemon in compose.yaml publishes its ports on this machine only, and asks for a password on the page', () => {
    const { HTTP_PORT: http = '', PAGE_PORT: page = '' } = environment;
    expect(environment).toMatchObject({ HTTP_HOST: '0.0.0.0', PAGE_HOST: '0.0.0.0' });
    expect(domestique.ports).toEqual([http, page].map((port) => `127.0.0.1:${port}:${port}`));
    expect(readProjectFile('Dockerfile')).toContain(`EXPOSE ${http} ${page}\n`);
    expect(environment['PAGE_PASSWORD_FILE']).toBe('/run/secrets/page_password');
  });

  it('the daemon in compose.yaml keeps photos in a named volume, whose folder the image makes', () => {
    const folder = environment['SYNC_PHOTOS_FOLDER'] ?? '';
    expect(domestique.volumes).toEqual([`photos:${folder}`]);
    expect(readProjectFile('Dockerfile')).toMatch(
      new RegExp(`^RUN .*"--owner=node", .*"${folder}"\\]\\nUSER node$`, 'm'),
    );
  });

  it('the daemon in compose.yaml waits for a writable MongoDB, and both restart by themselves', () => {
    expect(domestique.depends_on).toEqual({ mongodb: { condition: 'service_healthy' } });
    expect(domestique.restart).toBe('unless-stopped');
    expect(mongodb.restart).toBe('unless-stopped');
    expect(mongodb.ports).toBeUndefined();
  });
});

describe('MongoDB in compose.yaml', () => {
  const script = mongodb.healthcheck?.test.at(-1) ?? '';
  const memberHost = 'mongodb:27017';

  it('MongoDB in compose.yaml keeps its data in named volumes', () => {
    const volumes = (mongodb.volumes ?? []).map((each) => each.split(':'));
    const [photos] = domestique.volumes ?? [];
    const names = volumes.map(([name]) => name);
    expect([...names, photos?.split(':')[0]]).toEqual(Object.keys(compose.volumes));
    expect(volumes.map(([, path]) => path)).toContain('/data/db');
    expect(mongodb.image).toMatch(/^mongo:\d+\.\d+$/);
  });

  it('MongoDB in compose.yaml is the replica set that the daemon connects to', () => {
    const uri = new URL(environment['MONGODB_URI'] ?? '');
    const name = uri.searchParams.get('replicaSet') ?? '';
    expect(uri.host).toBe(memberHost);
    expect(mongodb.command?.join(' ')).toContain(`--replSet ${name} `);
    expect(script).toContain(`_id: "${name}"`);
    expect(script).toContain(`host: "${memberHost}"`);
  });

  it('MongoDB in compose.yaml becomes a replica set by its health check, which succeeds once it is writable', async () => {
    const mongod = await startOwnMongod('--replSet', 'domestique');
    try {
      const here = script.replace(memberHost, `127.0.0.1:${mongod.port}`);
      expect(await mongod.admin({ hello: 1 })).toMatchObject({ isWritablePrimary: false });
      await eventually(async () => (await runAsMongosh(here, mongod)) === 0);
      expect(await mongod.admin({ hello: 1 })).toMatchObject({ isWritablePrimary: true });
      await mongod.kill();
      await mongod.restart();
      await eventually(async () => (await runAsMongosh(here, mongod).catch(() => 1)) === 0);
    } finally {
      await mongod.remove();
    }
  });

  /** The exit code of a script; mongosh awaits its calls of the server by itself. */
  async function runAsMongosh(text: string, mongod: OwnMongod): Promise<number> {
    let exitCode: number | undefined;
    const context = createContext({
      db: { hello: () => mongod.admin({ hello: 1 }) },
      rs: { initiate: (config: Document) => mongod.admin({ replSetInitiate: config }) },
      quit: (code: number) => {
        exitCode = code;
      },
    });
    const awaiting = text.replace(/(db\.hello\(\)|rs\.initiate\([^]*?\}\))/g, '(await $1)');
    await (runInContext(`(async () => {${awaiting}})()`, context) as Promise<void>);
    if (exitCode === undefined) throw new Error('It did not quit.');
    return exitCode;
  }
});

describe('docs/deployment.md on the container', () => {
  it('docs/deployment.md on the container names only existing commands and services', () => {
    const lines = [...page.matchAll(/docker compose exec (?:-T )?(\w+) (\w+)(?: (\w+))?/g)];
    expect(lines.length).toBeGreaterThan(3);
    for (const [, service, program, command] of lines) {
      expect(Object.keys(compose.services)).toContain(service);
      if (service === 'domestique') {
        expect(program).toBe('domestique');
        expect(commandNames()).toContain(command);
      }
    }
  });

  it('docs/deployment.md on the container names the secret files', () => {
    for (const { file } of Object.values(compose.secrets)) {
      expect(page).toContain(file.replace('./', ''));
    }
  });
});
