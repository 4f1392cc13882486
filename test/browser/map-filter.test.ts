import { describe, expect, it } from 'vitest';
import { athleteId, useScene } from '../support/scene.ts';
import { useBrowser } from './support/browser.ts';
import { openPage } from './support/page.ts';

describe('the map', () => {
  const openScene = useScene();
  const browser = useBrowser();

  it('counts a filter that is chosen while the tracks arrive', async () => {
    const scene = await openScene({ activities: 20 });
    const { world } = scene.simulator;
    world.addActivity(athleteId, { name: 'Paddling', sport_type: 'Kayaking' }, { samples: 60 });
    expect((await scene.call('sync')).exitCode).toBe(0);
    const { url } = await openPage(scene);
    const page = await browser.open(`${url}/activities`);
    const held = Promise.withResolvers<undefined>();
    await page.route('**/api/v1/tracks*', async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.goto(`${url}/map`);
    await page.locator('select[name=sport]').selectOption('Kayaking');
    held.resolve(undefined);
    await page.locator('main[aria-busy=false]').waitFor();
    expect(await page.locator('#map-status').textContent()).toContain('1 of 1 ');
  });
});
