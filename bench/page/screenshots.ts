/**
 * Takes the pictures of README.md and docs/page.md, of a simulated athlete in the first hour of the backfill:
 * `npm run screenshots` writes them to docs/images, and `npm run screenshots -- map` only that one.
 */
import { mkdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import type { Now } from '../../src/features/page/api/types/now.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import { startBrowser } from '../../test/browser/support/launch.ts';
import { logIn } from '../../test/support/mirror.ts';
import { eventually } from '../../test/support/waiting.ts';
import { withOwnStore } from '../filled-store.ts';
import { withDaemon } from './daemon.ts';
import { settled } from './visit.ts';
import { watchPage } from './watcher.ts';

const folder = resolve(import.meta.dirname, '../../docs/images');
const maxBytes = 150_000;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly scheme: 'light' | 'dark';
  readonly height?: number;
  /** What is chosen, by the label of the choice. */
  readonly choices?: Readonly<Record<string, string>>;
}

const athlete = { id: 1001, firstname: 'Ada', lastname: 'Example', activities: 1_200, years: 8 };

async function takeAll(browser: Browser, url: string): Promise<void> {
  const now = await nowOf(url);
  const recorded = now?.recent.find(
    ({ streams, sport }) => streams === 'stored' && sport === 'Ride',
  );
  const pictures: readonly Picture[] = [
    { name: 'now', path: '/', scheme: 'light' },
    { name: 'calendar', path: '/calendar', scheme: 'light' },
    { name: 'map', path: '/map', scheme: 'dark', choices: { Sport: 'TrailRun', Year: '2025' } },
    { name: 'activity', path: `/activities/${recorded?.id ?? ''}`, scheme: 'light', height: 900 },
  ];
  await mkdir(folder, { recursive: true });
  const wanted = process.argv.slice(2);
  for (const picture of pictures)
    if (wanted.length === 0 || wanted.includes(picture.name)) await take(browser, url, picture);
}

async function take(browser: Browser, url: string, picture: Picture): Promise<void> {
  const { name, path, scheme, height = 640, choices = {} } = picture;
  const context = await browser.newContext({
    viewport: { width: 1100, height },
    colorScheme: scheme,
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
  });
  await context.addInitScript(watchPage);
  const page = await context.newPage();
  await page.goto(`${url}${path}`);
  await page.waitForFunction(() => document.querySelector('[data-waiting]') === null);
  for (const [label, choice] of Object.entries(choices)) {
    await settled(page);
    await page.locator(`label:has-text("${label}") select`).selectOption(choice);
  }
  await settled(page);
  await page.evaluate(nameHost, hostname());
  const file = `${folder}/${name}.png`;
  await page.screenshot({ path: file });
  await context.close();
  const { size } = await stat(file);
  const mark = size > maxBytes ? `, more than ${maxBytes / 1_000}` : '';
  say(`${name}.png: ${Math.round(size / 1_000)} kB${mark}`);
  if (size > maxBytes) process.exitCode = 1;
}

/** Runs in the page: the name of this machine belongs into no picture. */
function nameHost(name: string): void {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const word = new RegExp(`\\b${name}\\b`, 'g');
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode())
    text.nodeValue = (text.nodeValue ?? '').replace(word, 'nas');
}

/** Undefined where MongoDB does not answer in time. */
async function nowOf(url: string): Promise<Now | undefined> {
  const response = await fetch(`${url}/api/v1/now`);
  return response.ok ? ((await response.json()) as Now) : undefined;
}

async function isQuotaSpent(url: string): Promise<boolean> {
  const now = await nowOf(url);
  return now !== undefined && now.quota.short.left < 10;
}

const simulator = await startSimulator({
  athletes: [{ ...athlete, samplesPerActivity: [600, 900] }],
  quota: { short: 200, daily: 1_000 },
});
// A machine of a CI has fonts for Latin letters only.
for (const { id } of simulator.world.activities(athlete.id)) {
  const { name } = simulator.world.summary(id);
  if (/[^\p{Script=Latin}\p{Script=Common}]|\p{Extended_Pictographic}/u.test(name))
    simulator.world.editActivity(id, { name: 'Along the river' });
}
const started = await startBrowser();
try {
  await withOwnStore(say, async (own) => {
    await logIn(own.store.db, simulator, athlete.id);
    await withDaemon(own, simulator, async ({ url }) => {
      await eventually(() => isQuotaSpent(url), 240_000);
      await takeAll(started.browser, url);
    });
  });
} finally {
  await started.close();
  await simulator.close();
}
