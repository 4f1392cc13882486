/** The view Map on a real database. */
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scene } from '../support/scene.ts';
import { useScene } from '../support/scene.ts';
import { useBrowser } from './support/browser.ts';
import { openPage } from './support/page.ts';

/** Resolves when all tracks have been drawn. */
async function drawn(page: Page): Promise<void> {
  await page.waitForSelector('main[aria-busy="false"]');
}

/** A pixel of the lowest canvas near the middle of the map that is painted, in the window's pixels. */
async function findTrack(page: Page): Promise<{ readonly x: number; readonly y: number }> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('#map canvas');
    const map = document.getElementById('map')?.getBoundingClientRect();
    if (canvas === null || map === undefined) throw new Error('There is no map');
    const box = canvas.getBoundingClientRect();
    const context = canvas.getContext('2d');
    const alphas = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let found = { x: 0, y: 0, distance: Infinity };
    for (let pixel = 0; pixel * 4 < alphas.length; pixel += 1) {
      if ((alphas[pixel * 4 + 3] ?? 0) < 60) continue;
      const x = box.x + (pixel % canvas.width);
      const y = box.y + Math.floor(pixel / canvas.width);
      const distance = Math.hypot(x - map.x - map.width / 2, y - map.y - map.height / 2);
      if (distance < found.distance) found = { x, y, distance };
    }
    if (found.distance === Infinity) throw new Error('Nothing is painted');
    return found;
  });
}

/** What the map's lowest canvas shows. */
function pictureOf(page: Page): Promise<string> {
  return page.evaluate(
    () => document.querySelector<HTMLCanvasElement>('#map canvas')?.toDataURL() ?? '',
  );
}

describe('the map', () => {
  const openScene = useScene();
  const browser = useBrowser();
  let scene: Scene;
  let url = '';
  let tracks = 0;

  beforeAll(async () => {
    scene = await openScene({ activities: 40 });
    scene.simulator.world.addActivity(1001, { name: 'By hand', manual: true });
    expect((await scene.call('sync')).exitCode).toBe(0);
    tracks = await scene.db.collection('activities').countDocuments({ track: { $exists: true } });
    ({ url } = await openPage(scene));
  });

  it('has every track, and opens where most activities start', async () => {
    const page = await browser.open(`${url}/map`);
    await drawn(page);
    const status = await page.locator('#map-status').innerText();
    const [here = 0, all = 0] = (status.match(/\d+/g) ?? []).map(Number);
    expect(all).toBe(tracks);
    const places = await page.locator('#places button').allInnerTexts();
    const starts = places.map((text) => Number(/(\d+)$/.exec(text)?.[1]));
    expect(starts[0]).toBe(Math.max(...starts));
    const cities = await scene.db.collection('activities').distinct('derived.place.city');
    expect(cities).toContain(places[0]?.replace(/ \d+$/, ''));
    expect(here).toBeGreaterThanOrEqual(starts[0] ?? Infinity);
    expect(await page.locator('#track-table tbody tr').count()).toBe(Math.min(here, 50));
  });

  it('names the activities under the pointer, and holds them after a click', async () => {
    const page = await browser.open(`${url}/map`);
    await drawn(page);
    const { x, y } = await findTrack(page);
    const list = page.locator('#pointer');
    await page.mouse.move(x, y);
    await list.locator('a').first().waitFor();
    const box = await list.boundingBox();
    const isCovered = box !== null && x > box.x && x < box.x + box.width && y > box.y;
    expect(isCovered).toBe(false);
    await page.mouse.click(x, y);
    await page.mouse.move(x - 150, y - 150);
    const href = await list.locator('a').first().getAttribute('href');
    await list.locator('a').first().click();
    await page.waitForURL(`${url}${href ?? ''}`);
  });

  it('shows only what the filters leave, in the table and in the picture', async () => {
    const [sport = ''] = (await scene.db.collection('activities').distinct('sport_type', {
      track: { $exists: true },
    })) as string[];
    const wanted = { sport_type: sport, track: { $exists: true } };
    const expected = await scene.db.collection('activities').countDocuments(wanted);
    expect(expected).toBeLessThan(tracks);
    const page = await browser.open(`${url}/map`);
    await drawn(page);
    const before = await pictureOf(page);
    await page.getByRole('combobox', { name: 'Sport' }).selectOption(sport);
    await expect
      .poll(() => page.locator('#map-status').innerText())
      .toMatch(new RegExp(`of ${expected} tracks`));
    expect(await pictureOf(page)).not.toBe(before);
    expect(new URL(page.url()).searchParams.get('sport')).toBe(sport);
  });

  it('shows everything where the address filters by what is not there', async () => {
    const page = await browser.open(`${url}/map?sport=Chess&year=1812&gear=b0`);
    await drawn(page);
    expect(await page.locator('#map-status').innerText()).toContain(`of ${tracks} tracks`);
    expect(await page.getByRole('combobox', { name: 'Year' }).inputValue()).toBe('');
  });

  it('shows the heat instead', async () => {
    const page = await browser.open(`${url}/map`);
    await drawn(page);
    const before = await pictureOf(page);
    await page.getByRole('radio', { name: 'Heat' }).check();
    await page.locator('#heat-note').waitFor();
    await expect.poll(() => pictureOf(page)).not.toBe(before);
    await page.getByRole('radio', { name: 'Tracks' }).check();
    await expect.poll(() => pictureOf(page)).toBe(before);
  });

  it('is moved by the keyboard, and found again at the same part after a reload', async () => {
    const page = await browser.open(`${url}/map`);
    await drawn(page);
    const hash = () => new URL(page.url()).hash;
    expect(hash()).toBe('');
    await page.locator('#map').focus();
    await page.keyboard.press('-');
    await expect.poll(hash).toMatch(/^#11\//);
    const before = hash();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => hash().split('/')[2]).not.toBe(before.split('/')[2]);
    const moved = hash();
    await page.reload();
    await drawn(page);
    expect(hash()).toBe(moved);
  });

  it('marks the track of the row that has the focus', async () => {
    const page = await browser.open(`${url}/map`);
    await drawn(page);
    const marked = () =>
      page.evaluate(() => {
        const canvas = document.querySelectorAll<HTMLCanvasElement>('#map canvas')[1];
        const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
        return data?.some((value) => value > 0) ?? false;
      });
    expect(await marked()).toBe(false);
    await page.locator('#track-table a').first().focus();
    await expect.poll(marked).toBe(true);
  });

  it('draws the coast line on a map of the world', async () => {
    const page = await browser.open(`${url}/map#3/40.0000/-100.0000`);
    await drawn(page);
    const painted = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('#map canvas');
      const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      return (data ?? []).filter((value, index) => index % 4 === 3 && value > 0).length;
    });
    expect(painted).toBeGreaterThan(50_000);
  });

  it('of a database without a track says where to look', async () => {
    const empty = await openScene({ activities: 0 });
    empty.simulator.world.addActivity(1001, { name: 'By hand', manual: true });
    expect((await empty.call('sync')).exitCode).toBe(0);
    const page = await browser.open(`${(await openPage(empty)).url}/map`);
    await expect
      .poll(() => page.locator('main').innerText())
      .toContain('No activity with a GPS track is stored yet.');
  });

  describe('with tiles', () => {
    const asked: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
    const server = createServer((request, response) => {
      asked.push({ path: request.url ?? '', headers: request.headers });
      response.writeHead(200, { 'content-type': 'image/svg+xml' });
      response.end('<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>');
    });
    beforeAll(async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterAll(() => {
      server.close();
      server.closeAllConnections();
    });

    it('shows those of the operator with their attribution, which is only text', async () => {
      const { port } = server.address() as AddressInfo;
      const attribution = '© <b>Somebody</b> who draws maps';
      const served = await openPage(scene, {
        env: {
          PAGE_TILES_URL: `http://127.0.0.1:${port}/{z}/{x}/{y}.png`,
          PAGE_TILES_ATTRIBUTION: attribution,
        },
      });
      const page = await browser.open(`${served.url}/map`);
      await drawn(page);
      await expect
        .poll(() => asked.some(({ path }) => /^\/12\/\d+\/\d+\.png$/.test(path)))
        .toBe(true);
      expect(await page.locator('.attribution').innerText()).toBe(attribution);
      // The name of the page, which the tile servers want, without the part of the world.
      expect(new Set(asked.map(({ headers }) => headers.referer))).toEqual(
        new Set([`${served.url}/`]),
      );
      expect(browser.errorsOf(page)).toEqual([]);
    });
  });
});
