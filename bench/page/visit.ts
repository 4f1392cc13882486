/**
 * One visit of a view by a browser with an empty cache, measured until nothing more is drawn.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { Watched } from './watcher.ts';
import { watchPage } from './watcher.ts';

/** A page that draws nothing for so long, and waits for no response, is complete. */
const quietMs = 700;
const maxVisitMs = 60_000;

export interface Visit {
  readonly page: Page;
  /** Milliseconds since the navigation began. */
  readonly firstPaintMs: number;
  readonly drawnMs: number;
  /** When the first event of the daemon came; undefined where there was none. */
  readonly firstEventMs: number | undefined;
  readonly longestTaskMs: number;
  /** As transferred, headers included. */
  readonly codeBytes: number;
  readonly dataBytes: number;
}

/** Opens the address, and resolves when the page is complete; the caller closes the page's context. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(watchPage);
  const page = await context.newPage();
  const traffic = await watchTraffic(await context.newCDPSession(page));
  await page.goto(url);
  const { drawnAt, longestTask } = await settled(page, traffic.isQuiet);
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  );
  const beganAtMs = await page.evaluate(() => performance.timeOrigin);
  const { firstEventAtMs, codeBytes, dataBytes } = traffic.seen();
  return {
    page,
    firstPaintMs: paint ?? Number.NaN,
    drawnMs: drawnAt,
    firstEventMs: firstEventAtMs && firstEventAtMs - beganAtMs,
    longestTaskMs: longestTask,
    codeBytes,
    dataBytes,
  };
}

/** Resolves with what was watched once the page has been quiet. @throws if it never is. */
export async function settled(page: Page, isQuiet: () => boolean = () => true): Promise<Watched> {
  for (let waitedMs = 0; waitedMs < maxVisitMs; waitedMs += 100) {
    const watched = await page.evaluate<Watched>('watched');
    if (isQuiet() && watched.now - watched.drawnAt > quietMs) return watched;
    await sleep(100);
  }
  throw new Error(`${page.url()} was still drawing after ${maxVisitMs} ms`);
}

async function watchTraffic(session: CDPSession) {
  const urls = new Map<string, string>();
  const open = new Set<string>();
  const bytes = { code: 0, data: 0 };
  let hasEvents = false;
  let firstEventAtMs: number | undefined;
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({ requestId, request, type }) => {
    urls.set(requestId, request.url);
    if (type === 'EventSource') hasEvents = true;
    else open.add(requestId);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const { pathname } = new URL(urls.get(requestId) ?? 'http://unknown/');
    bytes[pathname.startsWith('/api/') ? 'data' : 'code'] += encodedDataLength;
    open.delete(requestId);
  });
  session.on('Network.loadingFailed', ({ requestId }) => open.delete(requestId));
  session.on('Network.eventSourceMessageReceived', () => {
    firstEventAtMs ??= Date.now();
  });
  return {
    isQuiet: () => open.size === 0 && hasEvents === (firstEventAtMs !== undefined),
    seen: () => ({ firstEventAtMs, codeBytes: bytes.code, dataBytes: bytes.data }),
  };
}
