/**
 * The documents of the page: now is rendered here, so that it shows without JavaScript too; the others are
 * a shell that their script fills.
 */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { commandLine } from '../../domain/invocation.ts';
import { notFound } from '../../http/app.ts';
import { createFormat } from '../../page/lib/format.js';
import { athleteOf } from '../../page/lib/paths.js';
import type { Tree } from '../../page/lib/tree.js';
import { h } from '../../page/lib/tree.js';
import { bannerText, nowView } from '../../page/now/view.js';
import type { Program } from '../../program.ts';
import { nowFeedOf } from './api/now-feed.ts';
import type { Now } from './api/types/now.ts';
import type { AssetUrls, ShellFacts, View } from './shell.ts';
import { renderShell } from './shell.ts';
import type { PageSource } from './source.ts';

export interface ViewsOptions {
  readonly program: Pick<Program, 'config' | 'clock' | 'timeZone'>;
  readonly assets: AssetUrls;
  /** Undefined while nothing was ever read and MongoDB is away. */
  readonly readNow: () => Promise<Now | undefined>;
}

const leaflet = { style: 'vendor/leaflet.css', script: 'vendor/leaflet.js' };
const uPlot = { style: 'vendor/uPlot.css', script: 'vendor/uPlot.js' };

const now: View = {
  title: 'Now',
  section: 'Now',
  styles: ['page/now.css'],
  scripts: ['page/now.js'],
  data: { 'start-command': commandLine('start') },
};
const calendar: View = {
  title: 'Calendar',
  section: 'Calendar',
  styles: ['page/calendar.css'],
  scripts: ['page/calendar.js'],
};
const map: View = {
  title: 'Map',
  section: 'Map',
  styles: [leaflet.style, 'page/map.css'],
  scripts: [leaflet.script, 'page/map.js'],
  isWide: true,
};
const activities: View = {
  title: 'Activities',
  section: 'Activities',
  styles: ['page/activities.css'],
  scripts: ['page/activities.js'],
};
const activity: View = {
  title: 'Activity',
  section: '',
  styles: [
    leaflet.style,
    uPlot.style,
    'page/map.css',
    'page/activity.css',
    'page/activity-curves.css',
  ],
  scripts: [leaflet.script, uPlot.script, 'page/activity.js'],
};

const missing: View = { title: 'Not found', section: '', styles: [], scripts: [] };

/** The views over the figures that the API has too. */
export function createViews(program: Program, source: PageSource, assets: AssetUrls): Hono {
  const feed = nowFeedOf(program, source);
  return viewsOf({ program, assets, readNow: feed.recent });
}

/**
 * Serves `/`, `/calendar`, `/map`, `/activities` and `/activities/:id`; at every other path outside the API a
 * document says that nothing is there.
 */
export function viewsOf(options: ViewsOptions): Hono {
  const app = new Hono();
  app.get('/', async (context) =>
    respond(context, options, now, await nowContents(context, options)),
  );
  for (const [path, view] of [
    ['/calendar', calendar],
    ['/map', withTiles(map, options)],
    ['/activities', activities],
    ['/activities/:id{[0-9]+}', withTiles(activity, options)],
  ] as const) {
    app.get(path, (context) =>
      respond(context, options, view, { banner: '', content: waitingContent(view) }),
    );
  }
  app.get('*', (context) => {
    if (context.req.path.startsWith('/api/')) return notFound();
    context.status(404);
    return respond(context, options, missing, { banner: '', content: missingContent() });
  });
  return app;
}

function missingContent(): readonly Tree[] {
  return [h('h1', {}, missing.title), h('p', {}, 'The page has nothing at this address.')];
}

function withTiles(view: View, { program }: ViewsOptions): View {
  const { tiles } = program.config.page;
  if (tiles === undefined) return view;
  return { ...view, data: { 'tiles-url': tiles.url, 'tiles-attribution': tiles.attribution } };
}

type Contents = Pick<ShellFacts, 'banner' | 'content'>;

function respond(
  context: Context,
  { program, assets }: ViewsOptions,
  view: View,
  contents: Contents,
): Response {
  const { units, passwordFile } = program.config.page;
  const isLoggedIn = passwordFile !== undefined;
  const athlete = athleteOf(context.req.query('athlete'));
  // The figures of now are soon old, and an older document names files that are gone.
  context.header('Cache-Control', 'no-store');
  return context.html(renderShell({ view, units, athlete, isLoggedIn, assets, ...contents }));
}

/** Until the script runs, or where none can. */
function waitingContent({ title }: View): readonly Tree[] {
  return [
    h('h1', {}, title),
    h('p', { class: 'muted', 'data-waiting': true }, 'Loading …'),
    h(
      'noscript',
      {},
      h(
        'p',
        { class: 'notice' },
        'This view needs JavaScript. ',
        h('a', { href: '/' }, 'Now'),
        ' shows its figures without it.',
      ),
    ),
  ];
}

async function nowContents(
  context: Context,
  { program, readNow }: ViewsOptions,
): Promise<Contents> {
  const found = await readNow();
  if (found === undefined) {
    const text = 'MongoDB is away: the figures come as soon as it can be reached.';
    return { banner: text, content: [h('h1', {}, 'Now')] };
  }
  const format = createFormat({
    units: program.config.page.units,
    locale: localeOf(context.req.header('accept-language')),
    timeZone: program.timeZone,
  });
  const nowMs = program.clock.nowMs();
  const athlete = athleteOf(context.req.query('athlete'));
  const startCommand = commandLine('start');
  const content = [
    ...nowView(found, { format, nowMs, athlete, startCommand, copy: undefined }),
    h('noscript', {}, h('p', { class: 'muted' }, 'Reload the page for newer figures.')),
  ];
  return { banner: bannerText(found, format), content };
}

/** The first language of an `Accept-Language`; English where it is none. */
export function localeOf(header: string | undefined): string {
  const [first = ''] = (header ?? '').split(/[,;]/);
  try {
    return Intl.getCanonicalLocales(first.trim())[0] ?? 'en';
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return 'en';
  }
}
