/** Views of one athlete of several. */
import { beforeAll, describe, expect, it } from 'vitest';
import { athleteId, athleteNamed, useScene } from '../support/scene.ts';
import { useBrowser } from './support/browser.ts';
import { openPage } from './support/page.ts';

const otherId = 1002;
const day = '2024-05-01';

describe('one athlete of two', () => {
  const openScene = useScene();
  const browser = useBrowser();
  let url = '';

  beforeAll(async () => {
    const athletes = [athleteNamed('Ada', athleteId, 0), athleteNamed('Bo', otherId, 0)];
    const scene = await openScene({ athletes });
    const at = { start_date: `${day}T08:00:00Z`, start_date_local: `${day}T10:00:00Z` };
    const { world } = scene.simulator;
    const track = { samples: 60 };
    world.addActivity(athleteId, { ...at, name: 'Of Ada', sport_type: 'Run' }, track);
    world.addActivity(otherId, { ...at, name: 'Of Bo', sport_type: 'Kayaking' }, track);
    expect((await scene.call('sync')).exitCode).toBe(0);
    ({ url } = await openPage(scene));
  });

  it.each([
    ['', '2 of 2 ', ['Kayaking', 'Run']],
    [`?athlete=${athleteId}`, '1 of 1 ', ['Run']],
    [`?athlete=${otherId}`, '1 of 1 ', ['Kayaking']],
  ])('the map of "%s" shows and offers only what is theirs', async (query, status, sports) => {
    const page = await browser.open(`${url}/map${query}`);
    await page.locator('main[aria-busy=false]').waitFor();
    await page.getByText(status).waitFor();
    const choices = page.locator('select[name=sport] option:not([value=""])');
    const values = await choices.evaluateAll((all) => all.map((one) => one.getAttribute('value')));
    expect(values).toEqual(sports);
  });

  it.each([
    ['', ['Of Ada', 'Of Bo']],
    [`&athlete=${athleteId}`, ['Of Ada']],
    [`&athlete=${otherId}`, ['Of Bo']],
  ])('the day list of the calendar of "%s" names only theirs', async (query, names) => {
    const page = await browser.open(`${url}/calendar?day=${day}${query}`);
    await page.locator('main[aria-busy=false]').waitFor();
    const links = page.locator('#day a');
    await links.first().waitFor();
    expect((await links.allTextContents()).sort()).toEqual(names);
  });
});
