/**
 * The HTML around each view: navigation, the choices of athlete and units, and an empty `<main>` that the
 * view's script fills.
 */
import { withQuery } from '../../page/lib/paths.js';
import type { Tree } from '../../page/lib/tree.js';
import { h, toHtml } from '../../page/lib/tree.js';
import { logoutPath } from './guards.ts';

/** Where the files of the page are served. */
export interface AssetUrls {
  readonly url: (name: string) => string;
  /** The names of all modules that a module needs. */
  readonly modulesOf: (name: string) => readonly string[];
}

/** What the server knows of a view. */
export interface View {
  /** "Calendar". */
  readonly title: string;
  /** Of the navigation: the entry that is current. */
  readonly section: string;
  /** Names of assets. */
  readonly styles: readonly string[];
  /** Names of assets, in their order; the last is the view's module. */
  readonly scripts: readonly string[];
  /** Whether it takes the whole width. */
  readonly isWide?: boolean;
  /** Data for the view's script: `data-…` attributes of `<main>`. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface ShellFacts {
  readonly view: View;
  readonly units: 'metric' | 'imperial';
  /** The id of the chosen athlete; empty for all. */
  readonly athlete: string;
  readonly assets: AssetUrls;
  /** Whether the reader has a session to end. */
  readonly isLoggedIn: boolean;
  /** One sentence above the view; empty for none. */
  readonly banner: string;
  /** What `<main>` shows before its script runs. */
  readonly content: readonly Tree[];
}

/** The entries of the navigation. */
const sections = [
  ['Now', '/'],
  ['Calendar', '/calendar'],
  ['Map', '/map'],
  ['Activities', '/activities'],
] as const;

/** The whole document. */
export function renderShell(facts: ShellFacts): string {
  const { view, units, athlete, isLoggedIn } = facts;
  const html = h(
    'html',
    { lang: 'en', 'data-units': units },
    headOf(facts),
    h(
      'body',
      {},
      h('a', { class: 'skip', href: '#main' }, 'Skip to the content'),
      headerOf(view, { athlete, isLoggedIn }),
      h('div', { id: 'banner', role: 'status' }, facts.banner !== '' && h('p', {}, facts.banner)),
      h(
        'main',
        {
          id: 'main',
          tabindex: -1,
          class: view.isWide === true ? 'wide' : 'stack',
          ...dataOf(view),
        },
        ...facts.content,
      ),
      h('p', { id: 'said', class: 'visually-hidden', role: 'status' }),
    ),
  );
  return `<!doctype html>\n${toHtml(html)}\n`;
}

function headOf({ view, assets }: ShellFacts): Tree {
  const modules = view.scripts.map((name) =>
    h('script', {
      src: assets.url(name),
      ...(name.startsWith('vendor/') ? { defer: true } : { type: 'module' }),
    }),
  );
  return h(
    'head',
    {},
    h('meta', { charset: 'utf-8' }),
    h('title', {}, `${view.title} · Domestique`),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { name: 'color-scheme', content: 'light dark' }),
    h('link', { rel: 'icon', href: assets.url('page/icon.svg'), type: 'image/svg+xml' }),
    ...['page/style.css', ...view.styles].map((name) =>
      h('link', { rel: 'stylesheet', href: assets.url(name) }),
    ),
    // Otherwise a browser learns of them one import after the other.
    ...view.scripts
      .flatMap((name) => assets.modulesOf(name))
      .map((name) => h('link', { rel: 'modulepreload', href: assets.url(name) })),
    ...modules,
  );
}

function headerOf(
  view: View,
  { athlete, isLoggedIn }: Pick<ShellFacts, 'athlete' | 'isLoggedIn'>,
): Tree {
  const entries = sections.map(([title, path]) =>
    h(
      'li',
      {},
      h(
        'a',
        {
          href: withQuery(path, { athlete }),
          'aria-current': title === view.section ? 'page' : undefined,
        },
        title,
      ),
    ),
  );
  return h(
    'header',
    { class: 'top' },
    h('a', { class: 'brand', href: withQuery('/', { athlete }) }, 'Domestique'),
    h('nav', { 'aria-label': 'Views' }, h('ul', {}, ...entries)),
    h(
      'div',
      { class: 'settings', id: 'settings', hidden: true },
      h(
        'div',
        { hidden: true },
        h('label', { class: 'visually-hidden', for: 'athlete' }, 'Athlete'),
        h('select', { id: 'athlete' }),
      ),
      h('label', { class: 'visually-hidden', for: 'units' }, 'Units'),
      h(
        'select',
        { id: 'units' },
        h('option', { value: 'metric' }, 'Metric'),
        h('option', { value: 'imperial' }, 'Imperial'),
      ),
    ),
    isLoggedIn
      ? h('form', { method: 'post', action: logoutPath }, h('button', {}, 'Log out'))
      : null,
  );
}

function dataOf({ data = {} }: View): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [`data-${name}`, value]));
}
