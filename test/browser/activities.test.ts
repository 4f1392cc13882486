import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { startMongoProxy } from '../support/mongodb/mongo-proxy.ts';
import type { Scene } from '../support/scene.ts';
import { useScene } from '../support/scene.ts';
import { eventually } from '../support/waiting.ts';
import { useBrowser } from './support/browser.ts';
import { openPage } from './support/page.ts';

const rows = '.activities tbody tr';

/** The texts of a column, by its class or place. */
function cells(page: Page, selector: string): Promise<readonly string[]> {
  return page.locator(`${rows} ${selector}`).allInnerTexts();
}

/** Names the stored activities, newest first. */
async function rename(scene: Scene, names: readonly string[]): Promise<void> {
  const activities = scene.db.collection('activities');
  const stored = await activities.find({}).sort({ start_date: -1 }).toArray();
  for (const [index, { _id }] of stored.entries()) {
    await activities.updateOne({ _id }, { $set: { name: names[index] ?? `Other ${index}` } });
  }
}

describe('the view of all activities', () => {
  const browser = useBrowser();
  const openScene = useScene();

  it('finds by words, and says what it found', async () => {
    const scene = await openScene({ activities: 12 });
    await scene.call('sync');
    await rename(scene, ['Évening loop', 'Morning loop', '<b>bold</b>']);
    const { url } = await openPage(scene);
    const page = await browser.open(`${url}/activities`);
    await page.getByText(/^12 activities · /).waitFor();
    await page.getByLabel('Search').pressSequentially('LOOP even');
    await page.getByText(/^1 of 12 activities · /).waitFor();
    expect(await cells(page, '.name')).toEqual(['Évening loop']);
    await page.getByLabel('Search').fill('<b>');
    await page.getByText('<b>bold</b>').waitFor();
    await page.getByLabel('Search').fill('no such thing');
    await page.getByText('No activity is like that').waitFor();
    expect(browser.errorsOf(page)).toEqual([]);
  });

  it('sorts by the keyboard, and the address keeps order and search', async () => {
    const scene = await openScene({ activities: 12 });
    await scene.call('sync');
    await rename(scene, ['Lap 10', 'Lap 9', 'Lap 2']);
    const { url } = await openPage(scene);
    const page = await browser.open(`${url}/activities`);
    await page.getByLabel('Search').fill('lap');
    await page.getByText(/^3 of 12/).waitFor();
    expect(await cells(page, '.name')).toEqual(['Lap 10', 'Lap 9', 'Lap 2']);
    const sort = page.getByRole('button', { name: 'Name' });
    await sort.focus();
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort="ascending"]', { hasText: 'Name' }).waitFor();
    expect(await cells(page, '.name')).toEqual(['Lap 2', 'Lap 9', 'Lap 10']);
    expect(await sort.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press('Space');
    await page.locator('th[aria-sort="descending"]', { hasText: 'Name' }).waitFor();
    await page.reload();
    await page.getByText(/^3 of 12/).waitFor();
    expect(await cells(page, '.name')).toEqual(['Lap 10', 'Lap 9', 'Lap 2']);
    await page.getByRole('link', { name: 'Lap 9' }).click();
    await page.waitForURL('**/activities/*');
    await page.goBack();
    await page.getByText(/^3 of 12/).waitFor();
  });

  it('filters by sport and year, and sums up what is left', async () => {
    const scene = await openScene({ activities: 30 });
    await scene.call('sync');
    const { url } = await openPage(scene);
    const page = await browser.open(`${url}/activities`);
    await page.getByText(/^30 activities/).waitFor();
    const choices = await page.getByLabel('Year').locator('option').allInnerTexts();
    let found = 0;
    for (const year of choices.slice(1)) {
      await page.getByLabel('Year').selectOption(year);
      await page.waitForFunction(
        (chosen) =>
          [...document.querySelectorAll('.activities tbody .start')].every((cell) =>
            cell.textContent.includes(chosen),
          ),
        year,
      );
      found += await page.locator(rows).count();
    }
    expect(found).toBe(30);
    await page.getByLabel('Year').selectOption('All');
    const sport = (await page.getByLabel('Sport').locator('option').allInnerTexts())[1] ?? '';
    await page.getByLabel('Sport').selectOption(sport);
    expect(new Set(await cells(page, '.sport'))).toEqual(new Set([sport]));
  });

  it('says that nothing is stored yet', async () => {
    const scene = await openScene({ isLoggedIn: false });
    const { url } = await openPage(scene);
    const page = await browser.open(`${url}/activities`);
    await page.getByText('No activity is stored yet.').waitFor();
  });

  it('shows the last list while MongoDB is away, and says so', async () => {
    const scene = await openScene({ activities: 3 });
    await scene.call('sync');
    const proxy = await startMongoProxy(scene.mongodb.uri);
    try {
      const { url } = await openPage(scene, { env: { MONGODB_URI: proxy.uri } });
      const page = await browser.open(`${url}/activities`);
      const bannerAfterReload = async (): Promise<string> => {
        await page.reload();
        await page.getByText(/^3 activities · /).waitFor();
        return page.locator('#banner').innerText();
      };
      expect(await bannerAfterReload()).toBe('');
      proxy.freeze();
      // What was read a moment ago is not old yet.
      await eventually(async () => (await bannerAfterReload()).includes('MongoDB is away'));
      proxy.thaw();
      await eventually(async () => (await bannerAfterReload()) === '');
    } finally {
      await proxy.close();
    }
  });

  it('tries on while the daemon opens its database', async () => {
    const scene = await openScene({ activities: 3 });
    await scene.call('sync');
    const { url } = await openPage(scene);
    const page = await browser.open(url);
    const json = { message: 'MongoDB is away: try again.' };
    await page.route('**/api/v1/activities', (route) => route.fulfill({ status: 503, json }), {
      times: 1,
    });
    await page.goto(`${url}/activities`);
    await page.getByText('MongoDB is away: try again.').waitFor();
    await page.getByText(/^3 activities · /).waitFor();
    expect(await page.locator('#banner').innerText()).toBe('');
  });

  it('draws more rows on demand, and sorts those that are not drawn too', async () => {
    const scene = await openScene({ activities: 150 });
    await scene.callWith({ SYNC_STREAMS: 'false' }, 'sync');
    const { url } = await openPage(scene);
    const page = await browser.open(`${url}/activities`);
    await page.getByText(/^150 activities/).waitFor();
    expect(await page.locator(rows).count()).toBe(100);
    const newest = (await cells(page, '.start'))[0];
    await page.getByRole('button', { name: 'Start' }).click();
    await page.locator('th[aria-sort="ascending"]').waitFor();
    expect(await cells(page, '.start')).not.toContain(newest);
    await page.getByRole('button', { name: 'Show 50 more' }).click();
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 150);
    expect((await cells(page, '.start')).at(-1)).toBe(newest);
    expect((await cells(page, '.name')).every((name) => /(summary only|manual)$/.test(name))).toBe(
      true,
    );
  });
});
