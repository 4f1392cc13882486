/**
 * The figures of the page's views, with their limits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import type { Daemon } from './daemon.ts';
import { settled, visit } from './visit.ts';
import type { Visit } from './visit.ts';

export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | 'kB' | 'MB';
  readonly limit: number;
  readonly measured: number;
}

interface View {
  readonly name: string;
  readonly path: string;
  readonly limitMs: number;
}

const maxTaskMs = 200;
const maxRedrawMs = 100;
const maxMemoryMb = 10;
const settleSeconds = 10;
const openSeconds = 10;

/** Visits each view with an empty cache, `activityId` being the activity with the longest recording. */
export async function measureViews(
  browser: Browser,
  { url, residentMb }: Daemon,
  activityId: number,
): Promise<readonly Figure[]> {
  const views: readonly View[] = [
    { name: 'now', path: '/', limitMs: 1_000 },
    { name: 'calendar', path: '/calendar', limitMs: 1_500 },
    { name: 'map', path: '/map', limitMs: 3_000 },
    { name: 'activities', path: '/activities', limitMs: 1_500 },
    { name: 'an activity of ten hours', path: `/activities/${activityId}`, limitMs: 1_000 },
  ];
  // The first visit of all compiles what the daemon and Chromium load late; the memory for it counts.
  const figures: Figure[] = [await measureMemory(browser, { url, residentMb })];
  for (const view of views) {
    const seen = await visit(browser, `${url}${view.path}`);
    figures.push(...figuresOf(view, seen));
    if (view.path === '/map') figures.push(...(await measureMap(seen.page)));
    await closed(seen);
  }
  return figures;
}

/** How much the daemon grows while the page is open for a while. */
async function measureMemory(browser: Browser, { url, residentMb }: Daemon): Promise<Figure> {
  // What a start leaves is collected.
  await sleep(settleSeconds * 1_000);
  const beforeMb = await residentMb();
  const seen = await visit(browser, url);
  await sleep(openSeconds * 1_000);
  const measured = (await residentMb()) - beforeMb;
  await closed(seen);
  return { name: "daemon's memory, page open", unit: 'MB', limit: maxMemoryMb, measured };
}

function closed({ page }: Visit): Promise<void> {
  return page.context().close();
}

function figuresOf({ name, limitMs }: View, seen: Visit): readonly Figure[] {
  const { firstPaintMs, drawnMs, firstEventMs, longestTaskMs, codeBytes, dataBytes } = seen;
  const event =
    firstEventMs === undefined
      ? []
      : [
          {
            name: `${name}: first event`,
            unit: 'ms',
            limit: 1_000,
            measured: firstEventMs,
          } as const,
        ];
  return [
    { name: `${name}: first paint`, unit: 'ms', limit: 1_000, measured: firstPaintMs },
    { name: `${name}: complete`, unit: 'ms', limit: limitMs, measured: drawnMs },
    ...event,
    { name: `${name}: longest task`, unit: 'ms', limit: maxTaskMs, measured: longestTaskMs },
    { name: `${name}: without data`, unit: 'kB', limit: 150, measured: codeBytes / 1_000 },
    {
      name: `${name}: with data`,
      unit: 'kB',
      limit: 700,
      measured: (codeBytes + dataBytes) / 1_000,
    },
  ];
}

/** How long after the end of a pan and of a zoom the map is drawn again. */
async function measureMap(page: Page): Promise<readonly Figure[]> {
  const box = await page.locator('.leaflet-container').boundingBox();
  if (box === null) throw new Error('There is no map');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  const redrawn = async (name: string): Promise<Figure> => {
    const { drawnAt, movedAt } = await settled(page);
    if (movedAt === 0) throw new Error(`The map did not move: ${name}`);
    const measured = Math.max(0, drawnAt - movedAt);
    return { name: `map: redrawn after a ${name}`, unit: 'ms', limit: maxRedrawMs, measured };
  };
  await page.mouse.wheel(0, 600);
  const zoom = await redrawn('zoom');
  await page.mouse.down();
  await page.mouse.move(x - 200, y - 100, { steps: 5 });
  await page.mouse.up();
  const pan = await redrawn('pan');
  const { longestTask } = await settled(page);
  const task = { name: 'map: longest task of them', unit: 'ms', limit: maxTaskMs } as const;
  return [zoom, pan, { ...task, measured: longestTask }];
}
