/**
 * The files of the page, below `/assets/HASH/`. HASH is over all of their contents, so a browser keeps them
 * for ever, and asks for others after an update. The list is fixed when the page opens: no path of a request
 * ever reaches the file system.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, posix, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { acceptsGzip } from '../../http/accepts-gzip.ts';
import type { App } from '../../http/app.ts';
import { createApp, notFound } from '../../http/app.ts';
import { readLand } from './land.ts';
import type { AssetUrls } from './shell.ts';

export interface Assets extends AssetUrls {
  readonly names: readonly string[];
  /** Responds below `/assets`. */
  readonly app: App;
}

interface Asset {
  readonly type: string;
  readonly content: Buffer;
  /** Made for the first browser that takes it. */
  compressed?: Promise<Buffer>;
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
};

/** Of packages, by the name under which they are served. */
const vendored: Readonly<Record<string, string>> = {
  'vendor/leaflet.js': 'leaflet/dist/leaflet.js',
  'vendor/leaflet.css': 'leaflet/dist/leaflet.css',
  'vendor/uPlot.js': 'uplot/dist/uPlot.iife.min.js',
  'vendor/uPlot.css': 'uplot/dist/uPlot.min.css',
};

/** Rules that the page's modules share with the program; they are imported by this path. */
const shared = ['domain/activity/pace.js'];

const source = resolve(import.meta.dirname, '../..');
const compress = promisify(gzip);

export async function loadAssets(): Promise<Assets> {
  const assets = await readAssets();
  const hash = createHash('sha256');
  for (const [name, { content }] of assets)
    hash.update(`${name}\0${content.length}\0`).update(content);
  const base = `/assets/${hash.digest('base64url').slice(0, 16)}/`;
  return {
    names: [...assets.keys()],
    url: (name) => base + name,
    modulesOf: (name) => modulesOf(assets, name),
    app: createAssetApp(assets, base),
  };
}

async function readAssets(): Promise<ReadonlyMap<string, Asset>> {
  const { resolve: find } = createRequire(import.meta.url);
  const own = await readdir(join(source, 'page'), { recursive: true });
  const paths = [
    ...own.map((name) => [`page/${name}`, join(source, 'page', name)] as const),
    ...shared.map((name) => [name, join(source, name)] as const),
    ...Object.entries(vendored).map(([name, path]) => [name, find(path)] as const),
  ];
  const served = paths.filter(([name]) => isServed(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const land = Buffer.from(JSON.stringify(await readLand()));
  const files = served.map(async ([name, path]) => [name, await readFile(path)] as const);
  const contents = [...(await Promise.all(files)), ['vendor/land.json', land] as const];
  return new Map(contents.map(([name, content]) => [name, { type: typeOf(name) ?? '', content }]));
}

/** The modules that one imports, and those that they import. */
function modulesOf(assets: ReadonlyMap<string, Asset>, name: string): readonly string[] {
  const found = new Set<string>();
  const follow = (importer: string): void => {
    const text = assets.get(importer)?.content.toString('utf8') ?? '';
    for (const [, path = ''] of text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';/gm)) {
      const imported = posix.join(posix.dirname(importer), path);
      if (found.has(imported) || imported === name) continue;
      found.add(imported);
      follow(imported);
    }
  };
  follow(name);
  return [...found];
}

function isServed(name: string): boolean {
  return typeOf(name) !== undefined && !name.endsWith('tsconfig.json');
}

function typeOf(name: string): string | undefined {
  return types[/\.(\w+)$/.exec(name)?.[1] ?? ''];
}

function createAssetApp(assets: ReadonlyMap<string, Asset>, base: string): App {
  const app = createApp();
  app.get('*', async (c) => {
    const asset = c.req.path.startsWith(base)
      ? assets.get(c.req.path.slice(base.length))
      : undefined;
    if (asset === undefined) return notFound();
    const isCompressed = asset.type !== 'image/png' && acceptsGzip(c.req.header('accept-encoding'));
    const body = isCompressed
      ? await (asset.compressed ??= compress(asset.content))
      : asset.content;
    return c.body(new Uint8Array(body), 200, {
      'content-type': asset.type,
      'content-length': String(body.length),
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(isCompressed && { 'content-encoding': 'gzip' }),
    });
  });
  return app;
}
