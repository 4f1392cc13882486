import { Long } from 'mongodb';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Now } from '../../src/features/page/api/types/now.ts';
import { startMongoProxy } from '../support/mongodb/mongo-proxy.ts';
import { athleteId, athleteNamed, useScene } from '../support/scene.ts';
import { useBrowser } from './support/browser.ts';
import { openPage } from './support/page.ts';

const names = [
  `<script>document.title = 'hacked'</script><img src=x onerror="document.title = 'hacked'">`,
  `"Quotes" & 'more' ; &amp; \`\${1}\``,
  'ركض الصباح',
  '🚴‍♀️ Sunday 🌞',
];

/** The figure of an athlete's card: "12 of 30 recordings". */
function recordings(page: Page, id = athleteId) {
  return page.locator(`section[aria-labelledby="athlete-${id}"] .figure`);
}

describe('the view of now', () => {
  const browser = useBrowser();
  const openScene = useScene();

  it('shows the numbers of status --json', async () => {
    const scene = await openScene({
      athletes: [athleteNamed('Ada', athleteId, 12), athleteNamed('Bo', 1002, 5)],
    });
    await scene.call('sync');
    const { stdout } = await scene.call('status', '--json');
    const status = JSON.parse(stdout) as {
      athletes: { athleteId: number; activities: number; streams: Record<string, number> }[];
      quota: Record<'short' | 'daily', { used: number; limit: number }>;
      version: string;
    };
    const { url } = await openPage(scene);
    const page = await browser.open(url);
    for (const { athleteId: id, activities, streams } of status.athletes) {
      const { stored = 0, pending = 0, parked = 0 } = streams;
      const card = page.locator(`section[aria-labelledby="athlete-${id}"]`);
      await expect(card.locator('.figure').innerText()).resolves.toBe(
        `${stored} of ${stored + pending + parked} recordings`,
      );
      expect(await card.locator('dd').first().innerText()).toMatch(new RegExp(`^${activities},`));
    }
    const quota = await page.locator('section[aria-labelledby="quota"]').innerText();
    for (const { used, limit } of [status.quota.short, status.quota.daily]) {
      expect(quota).toContain(`${used} of ${limit.toLocaleString('en')} used`);
    }
    expect(await page.locator('#recent + .scroll tbody tr').count()).toBe(10);
    expect(await page.locator('section[aria-labelledby="daemon"]').innerText()).toContain(
      status.version,
    );
    expect(browser.errorsOf(page)).toEqual([]);
  });

  it('moves the bar while the backfill runs', async () => {
    const scene = await openScene({ activities: 8 });
    const { simulator } = scene;
    const streams = { endpoint: 'streams' } as const;
    // As many as are in flight at once: nothing moves before one is released.
    const held = Promise.all([1, 2, 3, 4].map(() => simulator.hold(streams)));
    const { url } = await openPage(scene, { by: 'daemon' });
    const page = await browser.open(url);
    const bar = page.locator('.bar-value').first();
    for (const [index, request] of (await held).entries()) {
      await page.waitForFunction(
        (text) => document.querySelector('.figure')?.textContent === text,
        `${index} of 8 recordings`,
      );
      expect(await bar.getAttribute('width')).toBe(`${(index * 12.5).toFixed(2)}%`);
      const next = simulator.hold(streams);
      request.release();
      await next;
    }
    await page.waitForFunction(
      () => document.querySelector('.figure')?.textContent === '4 of 8 recordings',
    );
    expect(await bar.getAttribute('width')).toBe('50.00%');
  });

  it('shows foreign names as text, whatever they contain', async () => {
    const scene = await openScene({ activities: names.length });
    await scene.call('sync');
    const activities = scene.db.collection('activities');
    const ids = await activities.find({}, { projection: { _id: 1 } }).toArray();
    for (const [index, { _id }] of ids.entries()) {
      await activities.updateOne({ _id }, { $set: { name: names[index] } });
    }
    const firstname = names[0];
    await scene.db
      .collection<{ _id: Long }>('athletes')
      .updateOne({ _id: Long.fromNumber(athleteId) }, { $set: { firstname } });
    const { url } = await openPage(scene);
    for (const hasJavaScript of [true, false]) {
      const page = await browser.open(url, { hasJavaScript });
      const shown = await page.locator('#recent + .scroll tbody .name').allInnerTexts();
      expect(shown.toSorted()).toEqual(names.toSorted());
      expect(await page.locator('#athlete-1001').innerText()).toContain('<script>');
      expect(await page.title()).toBe('Now · Domestique');
      expect(await page.locator('main script, main img').count()).toBe(0);
    }
  });

  it('is complete without JavaScript', async () => {
    const scene = await openScene({ activities: 5 });
    await scene.call('sync');
    const { url } = await openPage(scene);
    const page = await browser.open(url, { hasJavaScript: false });
    expect(await recordings(page).innerText()).toBe('5 of 5 recordings');
    expect(await page.locator('#recent + .scroll tbody tr').count()).toBe(5);
    expect(await page.locator('noscript p').isVisible()).toBe(true);
    await page.goto(`${url}/map`);
    expect(await page.locator('noscript p').isVisible()).toBe(true);
    expect(await page.getByText('Loading').isVisible()).toBe(false);
  });

  it('says who has to log in, and copies the command', async () => {
    const scene = await openScene({ isLoggedIn: false });
    const { url } = await openPage(scene);
    const page = await browser.open(url);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const need = page.locator('section[aria-label="Action required"]').first();
    const command = await need.locator('code').innerText();
    expect(command).toBe('npm run auth');
    await need.getByRole('button', { name: 'Copy npm run auth' }).press('Enter');
    await page.getByText('Copied: npm run auth').waitFor({ state: 'attached' });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command);
  });

  it('says so when the process behind it ends, and keeps its last figures', async () => {
    const scene = await openScene({ activities: 3 });
    await scene.call('sync');
    const { url, process } = await openPage(scene);
    const page = await browser.open(url);
    await page.locator('section[aria-labelledby="daemon"] button').waitFor();
    process.kill('SIGTERM');
    await page.getByText('The daemon has stopped').waitFor();
    expect(await recordings(page).innerText()).toBe('3 of 3 recordings');
  });

  it('says so while MongoDB is away, and goes on when it is back', async () => {
    const scene = await openScene({ activities: 3 });
    await scene.call('sync');
    const proxy = await startMongoProxy(scene.mongodb.uri);
    try {
      const { url } = await openPage(scene, { env: { MONGODB_URI: proxy.uri } });
      const page = await browser.open(url);
      await recordings(page).waitFor();
      proxy.freeze();
      await page.getByText('MongoDB is away: these are the figures of').waitFor();
      expect(await recordings(page).innerText()).toBe('3 of 3 recordings');
      proxy.thaw();
      await page.getByText('MongoDB is away').waitFor({ state: 'detached' });
    } finally {
      await proxy.close();
    }
  });

  it('reads the figures without events where too many pages listen', async () => {
    const scene = await openScene({ activities: 3 });
    await scene.call('sync');
    const { url } = await openPage(scene);
    const page = await browser.open(url);
    await page.route('**/api/v1/events', (route) => route.fulfill({ status: 503 }));
    const read = page.waitForResponse('**/api/v1/now');
    await page.reload();
    expect((await read).status()).toBe(200);
    await page.getByRole('button', { name: 'Copy npm start' }).waitFor();
    expect(await page.locator('#banner').innerText()).toBe('');
  });

  it('keeps the chosen units, and has the language of the browser', async () => {
    const scene = await openScene({ activities: 3 });
    await scene.call('sync');
    const { url } = await openPage(scene);
    const page = await browser.open(url, { locale: 'de-DE', timeZone: 'America/New_York' });
    const distance = page.locator('#recent + .scroll tbody .number').first();
    await page
      .getByText(/\d,\d\d km/)
      .first()
      .waitFor();
    await page.getByLabel('Units').selectOption('imperial');
    await page
      .getByText(/\d,\d\d mi/)
      .first()
      .waitFor();
    await page.reload();
    await page
      .getByText(/\d,\d\d mi/)
      .first()
      .waitFor();
    expect(await distance.innerText()).toContain('mi');
    const { recent } = (await (await fetch(`${url}/api/v1/now`)).json()) as Now;
    expect(recent).toHaveLength(3);
  });

  it('shows one athlete of several', async () => {
    const scene = await openScene({
      athletes: [athleteNamed('Ada', athleteId, 3), athleteNamed('Bo', 1002, 4)],
    });
    await scene.call('sync');
    const { url } = await openPage(scene);
    const page = await browser.open(url);
    await page.getByLabel('Athlete', { exact: true }).selectOption('1002');
    await page.waitForURL('**/?athlete=1002');
    await recordings(page, 1002).waitFor();
    expect(await recordings(page).count()).toBe(0);
    await page.getByRole('link', { name: 'Activities', exact: true }).click();
    await page.getByText('4 activities').waitFor();
    for (const path of ['calendar', 'map', 'activities']) {
      await page.goto(`${url}/${path}?athlete=1002`);
      await page.getByLabel('Athlete', { exact: true }).waitFor();
      expect(await page.getByLabel('Athlete', { exact: true }).inputValue()).toBe('1002');
    }
    await page.goto(`${url}/?athlete=5`);
    await page.getByText('Nothing is stored of athlete 5').waitFor();
  });
});
