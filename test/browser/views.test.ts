/**
 * What holds for every view of the page, on a scene with what is hard to draw: names of every kind, and
 * activities without a recording, without a position, typed in by hand, and parked.
 */
import { Long } from 'mongodb';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { athleteId, useScene } from '../support/scene.ts';
import type { Scene } from '../support/scene.ts';
import { schemes, useBrowser, widths } from './support/browser.ts';
import { expectAccessible, expectNoForeignRequests, expectNoOverflow } from './support/checks.ts';
import { openPage } from './support/page.ts';

const script = '<script>document.title = "taken over"</script>';
const handler = `<img src="x" onerror="document.title = 'taken over'">`;
const names = [
  `${script}${handler}`,
  `"Quoted" & 'single' </td></table>`,
  'ריצת בוקר \u202e סוף',
  'A 🚴‍♀️💨 of the 朝のトレーニング',
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerk'.repeat(2),
];

const pageViews: readonly (readonly [string, (scene: Scene) => string])[] = [
  ['now', () => '/'],
  ['the calendar', () => '/calendar'],
  ['the map', () => '/map'],
  ['the activities', () => '/activities'],
  ['an activity', (scene) => pathOf(scene, (id) => nameOf(scene, id) === names[0])],
  ['one without positions', (scene) => pathOf(scene, (id) => hasNoPositions(scene, id))],
  ['one entered by hand', (scene) => pathOf(scene, (id) => nameOf(scene, id) === 'By hand')],
  ['a parked one', (scene) => pathOf(scene, (id) => nameOf(scene, id) === 'Parked')],
  ['an unknown one', () => '/activities/1'],
];

function pathOf({ simulator }: Scene, isWanted: (id: number) => boolean): string {
  const found = simulator.world.activities(athleteId).find(({ id }) => isWanted(id));
  if (found === undefined) throw new Error('The scene has no such activity');
  return `/activities/${found.id}`;
}

function nameOf({ simulator }: Scene, id: number): string {
  return simulator.world.summary(id).name;
}

function hasNoPositions({ simulator }: Scene, id: number): boolean {
  const streams = simulator.world.streams(id);
  return streams !== null && streams['latlng'] === undefined;
}

/** Resolves when the view's script has drawn it. */
async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('[data-waiting]') === null);
}

/** Counts what is transferred, headers included, but for the responses of the API. */
async function watchBytes(page: Page): Promise<() => number> {
  const session = await page.context().newCDPSession(page);
  const addresses = new Map<string, string>();
  let bytes = 0;
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    addresses.set(requestId, request.url);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (!addresses.get(requestId)?.includes('/api/')) bytes += encodedDataLength;
  });
  return () => bytes;
}

describe('each view of the page', () => {
  const openScene = useScene();
  const browser = useBrowser();
  let scene: Scene;
  let url = '';

  beforeAll(async () => {
    scene = await openScene({ activities: 24, env: { SYNC_DETAILS: 'true' } });
    const { world } = scene.simulator;
    for (const name of names) world.addActivity(athleteId, { name }, { samples: 300 });
    world.addActivity(athleteId, { name: 'By hand', manual: true });
    const parked = world.addActivity(athleteId, { name: 'Parked' }, { samples: 20 });
    expect((await scene.call('sync')).exitCode).toBe(0);
    const state = { state: 'parked', tries: 5, error: 'Strava answered 500 <b>' };
    await scene.db
      .collection<{ _id: Long }>('activities')
      .updateOne({ _id: Long.fromNumber(parked) }, { $set: { 'sync.streams': state } });
    ({ url } = await openPage(scene, { by: 'daemon' }));
  });

  describe.each(pageViews)('%s', (_name, path) => {
    it.each(schemes)('is accessible and fits every width in the %s scheme', async (scheme) => {
      const page = await browser.open(`${url}${path(scene)}`, { scheme });
      await drawn(page);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        await expectNoOverflow(page);
        // Axe takes long for thousands of days: each layout once, and each scheme.
        if (width === (scheme === 'light' ? 390 : 1280)) await expectAccessible(page);
      }
    });

    it('is reached by the keyboard, with a visible focus', async () => {
      const page = await browser.open(`${url}${path(scene)}`);
      await drawn(page);
      await page.keyboard.press('Tab');
      const outline = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement ?? document.body);
        return {
          name: document.activeElement?.tagName,
          outline: style.outlineStyle,
          shadow: style.boxShadow,
        };
      });
      expect(outline.name).not.toBe('BODY');
      expect([outline.outline, outline.shadow]).not.toEqual(['none', 'none']);
    });

    it('loads at most 150 kB without data, nothing from elsewhere, and writes no error', async () => {
      const page = await browser.open('about:blank');
      const countBytes = await watchBytes(page);
      await page.goto(`${url}${path(scene)}`);
      await drawn(page);
      expect(countBytes()).toBeGreaterThan(0);
      expect(countBytes()).toBeLessThanOrEqual(150_000);
      expectNoForeignRequests(browser, url);
      const isExpected = (error: string): boolean =>
        path(scene) === '/activities/1' && error.includes('404');
      expect(browser.errorsOf(page).filter((error) => !isExpected(error))).toEqual([]);
      expect(await page.title()).not.toBe('taken over');
      expect(await page.locator('img[src="x"]').count()).toBe(0);
    });
  });

  it('shows the names as they are among all activities', async () => {
    const page = await browser.open(`${url}/activities`);
    await drawn(page);
    const text = await page.locator('main').innerText();
    for (const name of names) expect(text).toContain(name);
  });
});
