/**
 * The view of one activity: what it shows of a recording, the cursor that its parts share, and what it says
 * where something is missing.
 */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { athleteId, useScene } from '../support/scene.ts';
import type { Scene } from '../support/scene.ts';
import { useBrowser } from './support/browser.ts';
import { openPage } from './support/page.ts';

const name = `<b>Hügel</b> & "Tal" 🏔️`;

/** Resolves when the plots are drawn; their names. */
async function plotsOf(page: Page): Promise<readonly string[]> {
  await page.locator('.plot-area canvas').first().waitFor();
  return page.locator('.plot h3').allInnerTexts();
}

async function hasDot(page: Page): Promise<boolean> {
  return (await page.locator('.track-dot').count()) === 1;
}

describe('the view of an activity', () => {
  const openScene = useScene();
  const browser = useBrowser();
  let scene: Scene;
  let url = '';
  let ride = 0;
  let pool = 0;
  let byHand = 0;

  beforeAll(async () => {
    scene = await openScene({ activities: 3, env: { SYNC_DETAILS: 'true' } });
    const { world } = scene.simulator;
    const fields = { name, sport_type: 'Run', moving_time: 3_000, distance: 10_000 };
    ride = world.addActivity(athleteId, fields, { samples: 3_000 });
    pool = world.addActivity(athleteId, { name: 'Weights', sport_type: 'WeightTraining' });
    byHand = world.addActivity(athleteId, { name: 'By hand', manual: true });
    expect((await scene.call('sync')).exitCode).toBe(0);
    ({ url } = await openPage(scene));
  });

  it('shows the figures and the plots of its recording', async () => {
    const page = await browser.open(`${url}/activities/${ride}`);
    const plots = await plotsOf(page);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(name);
    const figures = await page.locator('.activity-figures').innerText();
    expect(figures).toContain('10.00 km');
    expect(figures).toContain('50:00');
    const stored = await scene.db.collection('activities').findOne({ id: ride });
    const { place } = stored?.['derived'] as { place: { city: string; country: string } };
    const when = await page.locator('.activity-when').innerText();
    expect(when).toMatch(new RegExp(` · ${place.city}, .*${place.country}$`));
    const streams = scene.simulator.world.streams(ride) ?? {};
    expect(plots).toContain('Pace');
    expect(plots.includes('Heart rate')).toBe(streams['heartrate'] !== undefined);
    for (const [key, curve] of [
      ['heartrate', /^Heart rate curve, \d/] as const,
      ['watts', /^Power curve, \d/] as const,
    ])
      expect(await page.getByRole('img', { name: curve }).count()).toBe(
        streams[key] === undefined ? 0 : 1,
      );
    expect(browser.errorsOf(page)).toEqual([]);
  });

  it('moves one cursor by the keyboard, through the plots and on the track', async () => {
    const page = await browser.open(`${url}/activities/${ride}`);
    await plotsOf(page);
    expect(await hasDot(page)).toBe(false);
    const slider = page.getByRole('slider', { name: 'Place in the recording' });
    await slider.focus();
    for (let index = 0; index < 5; index += 1) await page.keyboard.press('PageUp');
    const place = await page.locator('.plot-place').innerText();
    expect(place).toMatch(/^\d+\.\d\d km · \d+:\d\d$/);
    const spoken = (await slider.getAttribute('aria-valuetext')) ?? '';
    for (const value of await page.locator('.plot-value').allInnerTexts())
      expect(spoken).toContain(value);
    expect(spoken).toContain(place);
    expect(await hasDot(page)).toBe(true);
  });

  it('follows the pointer from the track to the plots, and back', async () => {
    const page = await browser.open(`${url}/activities/${ride}`);
    await plotsOf(page);
    const plot = page.locator('.plot-area').first();
    await plot.hover({ position: { x: 200, y: 40 } });
    await page.locator('.track-dot').waitFor();
    const start = await page.locator('.track-start').boundingBox();
    if (start === null) throw new Error('The track has no start');
    await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
    await page.waitForFunction(() =>
      document.querySelector('.plot-place')?.textContent.startsWith('0.0'),
    );
    await page.mouse.move(5, 5);
    await page.getByText('Point at a plot or the track.').waitFor();
    expect(await hasDot(page)).toBe(false);
  });

  it('keeps the axis of time when the units change', async () => {
    const page = await browser.open(`${url}/activities/${ride}`);
    await plotsOf(page);
    await page.getByRole('radio', { name: 'Time' }).check();
    await page.getByLabel('Units').selectOption('imperial');
    await page.getByText('6.21 mi').first().waitFor();
    expect(await page.getByRole('radio', { name: 'Time' }).isChecked()).toBe(true);
    expect(await page.locator('.plot-area canvas').count()).toBe((await plotsOf(page)).length);
  });

  it('shows a part of all plots after dragging across one, and everything on demand', async () => {
    const page = await browser.open(`${url}/activities/${ride}`);
    await plotsOf(page);
    const [first, last] = [page.locator('.plot-area').first(), page.locator('.plot-area').last()];
    const whole = await last.screenshot();
    await first.scrollIntoViewIfNeeded();
    const box = await first.boundingBox();
    if (box === null) throw new Error('The plot is not there');
    await page.mouse.move(box.x + 150, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(5, 5);
    await page.locator('.track-stretch').waitFor();
    expect((await last.screenshot()).equals(whole)).toBe(false);
    await page.getByRole('button', { name: 'Show all' }).click();
    expect((await last.screenshot()).equals(whole)).toBe(true);
    expect(await page.locator('.track-stretch').count()).toBe(0);
  });

  it('offers the recording as the files that export writes', async () => {
    const page = await browser.open(`${url}/activities/${ride}`);
    await plotsOf(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download GPX' }).click(),
    ]);
    expect(download.url()).toBe(`${url}/api/v1/activities/${ride}.gpx`);
    expect(await download.failure()).toBeNull();
    // Chromium suggests another name than the response's now and then.
    const response = await page.request.get(download.url());
    expect(response.headers()['content-disposition']).toMatch(/; filename="[^"]+\.gpx"/);
    expect(await readFile(await download.path(), 'utf8')).toBe(await response.text());
    const strava = page.getByRole('link', { name: 'View on Strava' });
    expect(await strava.getAttribute('href')).toBe(`https://www.strava.com/activities/${ride}`);
  });

  it('has no map without positions', async () => {
    const page = await browser.open(`${url}/activities/${pool}`);
    await page.locator('.activity-figures').waitFor();
    expect(await page.locator('.leaflet-container').count()).toBe(0);
  });

  it('says that an activity was entered by hand', async () => {
    const page = await browser.open(`${url}/activities/${byHand}`);
    await page.getByText('This activity was entered by hand').waitFor();
    expect(await page.getByRole('link', { name: 'Download GPX' }).count()).toBe(0);
  });

  it('leads back where there is no such activity', async () => {
    const page = await browser.open(`${url}/activities/1`);
    await page.getByRole('heading', { name: 'No such activity' }).waitFor();
    await page.getByRole('link', { name: 'All activities' }).click();
    await page.waitForURL('**/activities');
  });

  it('comes by itself once MongoDB is back', async () => {
    const page = await browser.open(`${url}/activities`);
    let isAway = true;
    await page.route('**/api/v1/activities/*', async (route) => {
      if (!isAway) return route.continue();
      const body = JSON.stringify({ message: 'MongoDB is away.' });
      return route.fulfill({ status: 503, contentType: 'application/json', body });
    });
    await page.goto(`${url}/activities/${ride}`);
    await page.getByText('MongoDB is away.').waitFor();
    isAway = false;
    await plotsOf(page);
    expect(await page.getByText('MongoDB is away.').count()).toBe(0);
  });
});
