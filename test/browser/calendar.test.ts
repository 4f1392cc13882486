/** The view Calendar on a real database. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Scene } from '../support/scene.ts';
import { useScene } from '../support/scene.ts';
import { useBrowser } from './support/browser.ts';
import { openPage } from './support/page.ts';

interface Stored {
  readonly id: string;
  readonly day: string;
  readonly sport: string;
  readonly name: string;
}

/** Resolves when the view has drawn all of its years. */
async function drawn(page: Page): Promise<void> {
  await page.waitForSelector('main[aria-busy="false"]');
}

async function readStored({ db }: Scene): Promise<readonly Stored[]> {
  const found = await db.collection('activities').find().sort({ start_date_local: 1 }).toArray();
  return found.map(({ _id, start_date_local, sport_type, name }) => ({
    id: String(_id),
    day: String(start_date_local).slice(0, 10),
    sport: String(sport_type),
    name: String(name),
  }));
}

describe('the calendar', () => {
  const openScene = useScene();
  const browser = useBrowser();
  let url = '';
  let stored: readonly Stored[] = [];

  beforeAll(async () => {
    const scene = await openScene({ activities: 40 });
    expect((await scene.call('sync')).exitCode).toBe(0);
    stored = await readStored(scene);
    ({ url } = await openPage(scene));
  });

  const newest = (): Stored => stored.at(-1) ?? expect.fail('Nothing is stored');

  it('marks exactly the days with an activity', async () => {
    const page = await browser.open(`${url}/calendar`);
    await drawn(page);
    const days = await page
      .locator('[data-active]')
      .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-day')));
    expect(days.sort()).toEqual([...new Set(stored.map(({ day }) => day))].sort());
  });

  it('lists the activities of a day after a click, and again after a reload', async () => {
    const { day } = newest();
    const page = await browser.open(`${url}/calendar`);
    await drawn(page);
    await page.locator(`[data-day="${day}"]`).click();
    const links = page.locator('#day a');
    await links.first().waitFor();
    const expected = stored.filter((one) => one.day === day).map(({ id }) => `/activities/${id}`);
    const read = () => links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect(await read()).toEqual(expected);
    await page.reload();
    await links.first().waitFor();
    expect(await read()).toEqual(expected);
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await page.locator('#day').isVisible()).toBe(false);
    expect(new URL(page.url()).search).toBe('');
  });

  it('is walked through and chosen from by the keyboard', async () => {
    const { day } = newest();
    const page = await browser.open(`${url}/calendar`);
    await drawn(page);
    // The tabulator enters a year at its last day with an activity.
    const entry = page.locator(`[data-day="${day}"]`);
    expect(await entry.getAttribute('tabindex')).toBe('0');
    await entry.focus();
    await page.keyboard.press('Home');
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('data-day') ?? '');
    expect(await focused()).toBe(`${day.slice(0, 4)}-01-01`);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe(`${day.slice(0, 4)}-01-09`);
    await entry.focus();
    await page.keyboard.press('Enter');
    await page.locator('#day a').first().waitFor();
    expect(await focused()).toBe(day);
    expect(await entry.getAttribute('aria-selected')).toBe('true');
  });

  it('shows only the chosen sport, and totals that add up to it', async () => {
    const { sport } = newest();
    const own = stored.filter((one) => one.sport === sport);
    const page = await browser.open(`${url}/calendar?by=year&sport=${sport}`);
    await drawn(page);
    expect(await page.locator('[data-active]').count()).toBe(
      new Set(own.map(({ day }) => day)).size,
    );
    const counts = await page.locator('#totals td:nth-child(2)').allInnerTexts();
    expect(counts.map(Number).reduce((sum, count) => sum + count)).toBe(own.length);
    await page.getByRole('combobox', { name: 'Sport' }).selectOption('');
    await expect
      .poll(() => page.locator('[data-active]').count())
      .toBe(new Set(stored.map(({ day }) => day)).size);
  });

  it('colours by another measure, and keeps the choice in the address', async () => {
    const page = await browser.open(`${url}/calendar`);
    await drawn(page);
    expect(await page.locator('#legend').innerText()).toMatch(/\d ?(h|m)\b/);
    await page.getByRole('radio', { name: 'Distance' }).check();
    await expect.poll(() => page.locator('#legend').innerText()).toContain(' km');
    await page.getByRole('combobox', { name: 'Units' }).selectOption('imperial');
    await expect.poll(() => page.locator('#legend').innerText()).toContain(' mi');
    expect(new URL(page.url()).searchParams.get('measure')).toBe('distance');
  });

  it('says what MongoDB’s absence means, in one sentence', async () => {
    const page = await browser.open('about:blank');
    const message = 'MongoDB is away.';
    await page.route('**/api/v1/totals*', (route) =>
      route.fulfill({ status: 503, json: { message } }),
    );
    await page.goto(`${url}/calendar`);
    await expect.poll(() => page.locator('#banner').innerText()).toBe(message);
  });

  it('of an empty database says where to look', async () => {
    const scene = await openScene({ activities: 0 });
    expect((await scene.call('sync')).exitCode).toBe(0);
    const page = await browser.open(`${(await openPage(scene)).url}/calendar`);
    await expect
      .poll(() => page.locator('main').innerText())
      .toContain('No activity is stored yet.');
  });
});
