/**
 * Starts a headless Chromium that reaches this machine only: whatever it requests from elsewhere goes to a
 * proxy that refuses it and remembers the host.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { findChromium, noChromium } from './chromium.ts';

export interface StartedBrowser {
  readonly browser: Browser;
  /** Grows while the browser runs. */
  readonly foreignHosts: readonly string[];
  readonly close: () => Promise<void>;
}

/** @throws Error if there is no Chromium. */
export async function startBrowser(): Promise<StartedBrowser> {
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
