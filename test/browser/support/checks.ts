/**
 * What holds for every page: it is accessible, fits its width, and needs nothing but this machine.
 */
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestBrowser } from './browser.ts';

/** Fails with each violation that axe finds, and the elements that have it. */
export async function expectAccessible(page: Page): Promise<void> {
  // Only here: most pages of the tests are not checked.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  const found = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help} (${nodes.map(({ target }) => target.join(' ')).join('; ')})`,
  );
  expect(found, [`axe found on ${page.url()}:`, ...found].join('\n')).toEqual([]);
}

/** A plot that follows a new width is drawn again a little later. */
const maxResizeMs = 5_000;

/** Fails if the page stays wider than its window, and names the elements that stand out. */
export async function expectNoOverflow(page: Page): Promise<void> {
  let found = await page.evaluate(findOverflow);
  for (let waitedMs = 0; found.length > 0 && waitedMs < maxResizeMs; waitedMs += 100) {
    await page.waitForTimeout(100);
    found = await page.evaluate(findOverflow);
  }
  expect(found, [`${page.url()} is wider than its window:`, ...found].join('\n')).toEqual([]);
}

/** Fails if the browser wanted anything from outside of this machine, or from another port of it. */
export function expectNoForeignRequests(browser: TestBrowser, url: string): void {
  const { origin } = new URL(url);
  expect(browser.requests().length, 'no request was seen at all').toBeGreaterThan(0);
  const isOwn = (one: string): boolean =>
    /^(data|blob):/.test(one) || new URL(one).origin === origin;
  const foreign = [...browser.requests().filter((one) => !isOwn(one)), ...browser.foreignHosts()];
  expect(foreign, ['requested from elsewhere:', ...foreign].join('\n')).toEqual([]);
}

/** Runs in the page. What scrolls inside of its own box may be wider than the window. */
function findOverflow(): readonly string[] {
  const root = document.documentElement;
  const isInside = (element: Element): boolean => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== 'visible') return true;
    return false;
  };
  const nameOf = ({ tagName, id, className }: Element): string =>
    `${tagName.toLowerCase()}${id && `#${id}`}${typeof className === 'string' && className ? `.${className}` : ''}`;
  const wide = [...document.body.querySelectorAll('*')].filter(
    (element) => element.getBoundingClientRect().right > root.clientWidth + 1 && !isInside(element),
  );
  const whole =
    root.scrollWidth > root.clientWidth
      ? [`the page: ${root.scrollWidth} of ${root.clientWidth}`]
      : [];
  return [...whole, ...wide.map(nameOf)];
}
