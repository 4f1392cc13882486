import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../../src/embedded-mongodb/loopback-port.ts';
import { programVersion } from '../../src/version.ts';
import { projectFolder } from '../support/command/command.ts';

/** The installation waits for a package registry. */
const maxMs = 300_000;

/** The variables by which this machine finds programs, the package registry and its certificate. */
const ofMachine =
  /^(?:path|home|(?:https?|no)_proxy|node_extra_ca_certs|ssl_cert_(?:file|dir)|npm_config_(?:cache|cafile|globalconfig|https?_proxy|no_?proxy|proxy|registry|userconfig))$/i;

describe('the package, installed into an empty folder', () => {
  let folder = '';
  let packed: readonly string[] = [];
  let env: Record<string, string> = {};

  const call = async (program: string, args: readonly string[], cwd = folder) => {
    const result = await promisify(execFile)(program, args, { cwd, env, timeout: maxMs });
    return result.stdout;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-package-'));
    env = {
      ...Object.fromEntries(
        Object.entries(process.env).flatMap(([name, value]) =>
          ofMachine.test(name) && value !== undefined && value !== '' ? [[name, value]] : [],
        ),
      ),
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_DATA_HOME: join(folder, 'data'),
      MONGODB_PORT: String(await findFreePort()),
    };
    const json = await call('npm', ['pack', '--json', '--pack-destination', folder], projectFolder);
    const [pack] = JSON.parse(json.slice(json.indexOf('[\n'))) as [PackReport];
    packed = pack.files.map(({ path }) => path);
    const tarball = join(folder, pack.filename);
    await call('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball]);
  }, maxMs);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('the package, installed into an empty folder has the program, and neither tests, source nor anything secret', () => {
    expect(packed).toContain('dist/cli.js');
    expect(packed).toContain('config/default.json');
    const page = readdirSync(join(projectFolder, 'src/page'), {
      recursive: true,
      encoding: 'utf8',
    });
    const loaded = page
      .filter((path) => /\.(?:js|css)$/.test(path))
      .map((path) => `dist/page/${path}`);
    expect(loaded).toContain('dist/page/style.css');
    expect(packed).toEqual(expect.arrayContaining(loaded));
    const foreign = packed.filter((path) =>
      /\.ts$|^test|^src|secrets\.json|local\.json|^\./.test(path),
    );
    expect(foreign).toEqual([]);
  });

  it('the package, installed into an empty folder prints its version', async () => {
    expect((await call('npx', ['domestique', '--version'])).trim()).toBe(programVersion());
  });

  it(
    'the package, installed into an empty folder runs the demo and shows the status, and keeps its data in the folder of the user',
    async () => {
      const demo = await call('npx', ['domestique', 'demo']);
      expect(demo).toMatch(
        /Imported 1\d\d of 1\d\d activities .*\n\n.*\n\n.*\nActivities: 1\d\d new/,
      );
      expect(demo).toContain(`DATA_DIR='${join(folder, 'data/domestique/data/demo')}'`);
      expect(demo).toContain('domestique db');
      expect(await call('npx', ['domestique', 'status'])).toContain('Run: domestique auth');
      expect(await readdir(join(folder, 'data/domestique/data'))).toContain('mongodb');
      expect(await readdir(join(folder, 'node_modules/@domestique/sync'))).not.toContain('data');
    },
    maxMs,
  );

  it(
    'the package, installed into an empty folder serves the page with every file that its views load',
    async () => {
      const page = spawn('node_modules/.bin/domestique', ['page', '--no-browser'], {
        cwd: folder,
        env: { ...env, PAGE_PORT: '0', DATA_DIR: join(folder, 'data/domestique/data/demo') },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        const [printed] = (await once(page.stdout, 'data')) as [Buffer];
        const url = printed.toString().trim();
        const loaded = new Set<string>();
        for (const view of ['/', '/calendar', '/map', '/activities', '/activities/1'])
          await loadAll(new URL(view, url), loaded);
        expect([...loaded].filter((path) => path.endsWith('/page/lib/tree.js'))).toHaveLength(1);
        expect(loaded.size).toBeGreaterThan(20);
      } finally {
        page.kill('SIGTERM');
        await once(page, 'close');
      }
    },
    maxMs,
  );

  it('the package, installed into an empty folder says how to begin by its own name', async () => {
    await expect(call('npx', ['domestique', 'sync'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Run domestique init') as unknown,
    });
  });
});

/** Fetches a document or module and, as a browser does, what it names. @throws Error for what is missing */
async function loadAll(address: URL, loaded: Set<string>): Promise<void> {
  if (loaded.has(address.pathname)) return;
  loaded.add(address.pathname);
  const response = await fetch(address);
  const text = await response.text();
  if (!response.ok) throw new Error(`${address.pathname}: ${response.status}`);
  const named = address.pathname.endsWith('.js')
    ? /^(?:import|\} from|export .* from)\b[^'"]*['"](\.[^'"]+)['"]/gm
    : /(?:src|href)="(\/assets\/[^"]+)"/g;
  if (!/\.(?:css|svg)$/.test(address.pathname))
    for (const [, name = ''] of text.matchAll(named)) await loadAll(new URL(name, address), loaded);
}

interface PackReport {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
