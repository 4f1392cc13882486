import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { Now } from '../../../src/features/page/api/types/now.ts';
import { localeOf, viewsOf } from '../../../src/features/page/views.ts';
import { nowMs, nowOf } from '../../page/now/now-of.ts';
import { createTestProgram } from '../../support/command/program.ts';

const clock = { ...systemClock, nowMs: () => nowMs };
const assets = {
  url: (name: string) => `/assets/1/${name}`,
  modulesOf: (name: string) => (name === 'page/map.js' ? ['page/lib/api.js'] : []),
};

function appOf(now: Now | undefined = nowOf(), config: Record<string, string> = {}) {
  const program = { ...createTestProgram({ config }), clock };
  return viewsOf({ program, assets, readNow: () => Promise.resolve(now) });
}

async function htmlOf(path: string, app = appOf(), headers = {}): Promise<string> {
  const response = await app.request(path, { headers });
  expect(response.status).toBe(200);
  return response.text();
}

describe('the documents of the page', () => {
  it('have the figures of now without JavaScript', async () => {
    const html = await htmlOf('/');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain('of 1,220 recordings');
    expect(html).toContain('src="/assets/1/page/now.js" type="module"');
    expect(html).toContain('data-start-command="npm start"');
  });

  it('name all modules of a view, so that a browser loads them at once', async () => {
    const link = '<link rel="modulepreload" href="/assets/1/page/lib/api.js"';
    expect(await htmlOf('/map')).toContain(link);
    expect(await htmlOf('/calendar')).not.toContain('modulepreload');
  });

  it('have the language of the browser in numbers and dates', async () => {
    const html = await htmlOf('/', appOf(), { 'accept-language': 'de-AT,de;q=0.9,en;q=0.8' });
    expect(html).toContain('of 1\u00a0220 recordings');
  });

  it('have the units of the configuration', async () => {
    expect(await htmlOf('/')).toContain('data-units="metric"');
    const imperial = appOf(nowOf(), { PAGE_UNITS: 'imperial' });
    expect(await htmlOf('/calendar', imperial)).toContain('data-units="imperial"');
  });

  it('say that MongoDB is away before anything was read', async () => {
    const program = { ...createTestProgram({}), clock };
    const app = viewsOf({ program, assets, readNow: () => Promise.resolve(undefined) });
    expect(await htmlOf('/', app)).toContain('MongoDB is away');
  });

  it('say that the figures are old while MongoDB is away', async () => {
    const html = await htmlOf('/', appOf(nowOf({ isStale: true })));
    expect(html).toContain('<div id="banner" role="status"><p>MongoDB is away');
  });

  it.each([
    ['/calendar', 'Calendar', 'page/calendar.js'],
    ['/map', 'Map', 'page/map.js'],
    ['/activities', 'Activities', 'page/activities.js'],
    ['/activities/9007199254740993', 'Activity', 'page/activity.js'],
  ])('have a shell for %s, which says where it needs JavaScript', async (path, title, script) => {
    const html = await htmlOf(path);
    expect(html).toContain(`<title>${title} · Domestique</title>`);
    expect(html).toContain(`src="/assets/1/${script}" type="module"`);
    expect(html).toContain('<noscript><p class="notice">This view needs JavaScript.');
  });

  it('mark the current view, and keep the chosen athlete in each link', async () => {
    const html = await htmlOf('/map?athlete=7');
    expect(html).toContain('<a href="/map?athlete=7" aria-current="page">Map</a>');
    expect(html).toContain('<a href="/calendar?athlete=7">Calendar</a>');
  });

  it('ignore an athlete that is no id', async () => {
    const html = await htmlOf(`/map?athlete=${encodeURIComponent('"><script>')}`);
    expect(html).toContain('<a href="/calendar">Calendar</a>');
  });

  it('name the tiles only where they are configured', async () => {
    expect(await htmlOf('/map')).not.toContain('data-tiles');
    const tiles = {
      PAGE_TILES_URL: 'https://tiles.example.org/{z}/{x}/{y}.png',
      PAGE_TILES_ATTRIBUTION: '© "Maps"',
    };
    const html = await htmlOf('/map', appOf(nowOf(), tiles));
    expect(html).toContain('data-tiles-url="https://tiles.example.org/{z}/{x}/{y}.png"');
    expect(html).toContain('data-tiles-attribution="© &quot;Maps&quot;"');
  });

  it.each(['/activities/12x', '/activities/', '/now', '/assets', '/nope?athlete=7'])(
    'say that nothing is at %s, with the navigation',
    async (path) => {
      const response = await appOf().request(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toMatch(/^text\/html/);
      const html = await response.text();
      expect(html).toContain('<p>The page has nothing at this address.</p>');
      expect(html).toMatch(/<a href="\/calendar(\?athlete=7)?">Calendar<\/a>/);
    },
  );

  it('have a button to log out only where the page has a password', async () => {
    expect(await htmlOf('/')).not.toContain('Log out');
  });

  it('leave an unknown path of the API to JSON', async () => {
    const response = await appOf().request('/api/v1/nope');
    expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
  });
});

describe('the language of a browser', () => {
  it.each([
    ['de-AT,de;q=0.9', 'de-AT'],
    ['fr;q=0.5', 'fr'],
    ['*', 'en'],
    ['not a language', 'en'],
    ['', 'en'],
    [undefined, 'en'],
  ])('of %j is %s', (header, locale) => {
    expect(localeOf(header)).toBe(locale);
  });
});
