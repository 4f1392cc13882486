/**
 * A headless Chromium for one test file. It reaches this machine only: whatever it requests from
 * elsewhere goes to a proxy that refuses it and remembers the host.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { findChromium, noChromium } from './chromium.ts';

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
  let started: Started | undefined;
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
      if (viewing.hasJavaScript !== false) await context.addInitScript({ content: axe.source });
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

interface Started {
  readonly browser: Browser;
  readonly foreignHosts: readonly string[];
  readonly close: () => Promise<void>;
}

async function startBrowser(): Promise<Started> {
  const executablePath = findChromium(process.env);
  if (executablePath === undefined) throw new Error(noChromium);
  const proxy = await startRefusingProxy();
  const browser = await chromium.launch({
    executablePath,
    // Chromium's sandbox does not run as root, as which a CI's container usually works.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      `--proxy-server=${proxy.url}`,
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  const close = async (): Promise<void> => {
    await browser.close();
    proxy.close();
  };
  return { browser, foreignHosts: proxy.hosts, close };
}

/** What Chromium itself asks for now and then, whatever its flags; a page's own requests are seen apart. */
const isOfChromium = /(^|\.)(google|googleapis|gstatic|gvt1)\.com(:\d+)?$/;

/** Chromium asks a proxy for every host but this machine's own. */
async function startRefusingProxy() {
  const hosts: string[] = [];
  const remember = (host = ''): void => {
    if (!isOfChromium.test(host)) hosts.push(host);
  };
  const server = createServer((request, response) => {
    remember(request.headers.host);
    response.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    remember(request.url);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, hosts, close };
}
