/**
 * A headless Chromium for one test file, and the pages that its tests open.
 */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startBrowser } from './launch.ts';
import type { StartedBrowser } from './launch.ts';

export type Scheme = 'light' | 'dark';

/** A phone, a tablet and a desktop, in CSS pixels. */
export const widths = [390, 768, 1280] as const;
export const schemes: readonly Scheme[] = ['light', 'dark'];

/** How a page is looked at; each has a default. */
export interface Viewing {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: Scheme;
  readonly hasJavaScript?: boolean;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly prefersReducedMotion?: boolean;
}

export interface TestBrowser {
  /** Opens an address in a context of its own, which is closed after the test. */
  readonly open: (url: string, viewing?: Viewing) => Promise<Page>;
  /** Every host outside of this machine that the browser wanted to reach so far, in order. */
  readonly foreignHosts: () => readonly string[];
  /** The address of every request of opened pages so far, in order. */
  readonly requests: () => readonly string[];
  /** What the page wrote as an error: exceptions, violations of the CSP, failed requests. */
  readonly errorsOf: (page: Page) => readonly string[];
}

/** Call it at the top of a test file: starts the browser before its tests, and ends it after. */
export function useBrowser(): TestBrowser {
  const contexts = new Set<BrowserContext>();
  const requests: string[] = [];
  const errors = new WeakMap<Page, string[]>();
  let started: StartedBrowser | undefined;
  beforeAll(async () => {
    started = await startBrowser();
  });
  afterEach(async () => {
    await Promise.all([...contexts].map((context) => context.close()));
    contexts.clear();
  });
  afterAll(() => started?.close());
  return {
    open: async (url, viewing = {}) => {
      if (started === undefined) throw new Error('The browser starts before the tests of the file');
      const context = await started.browser.newContext(optionsOf(viewing));
      contexts.add(context);
      const page = await context.newPage();
      errors.set(page, watchErrors(page));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(url);
      return page;
    },
    foreignHosts: () => started?.foreignHosts ?? [],
    requests: () => requests,
    errorsOf: (page) => errors.get(page) ?? [],
  };
}

function optionsOf({
  width = 1280,
  height = 800,
  scheme = 'light',
  hasJavaScript = true,
  locale = 'en-GB',
  timeZone = 'Europe/Vienna',
  prefersReducedMotion = false,
}: Viewing) {
  return {
    viewport: { width, height },
    colorScheme: scheme,
    javaScriptEnabled: hasJavaScript,
    locale,
    timezoneId: timeZone,
    reducedMotion: prefersReducedMotion ? ('reduce' as const) : ('no-preference' as const),
  };
}

function watchErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return errors;
}
