/**
 * Finds a Chromium of the machine: the one that CHROMIUM_PATH names, or that of a package of the system.
 */
import { existsSync } from 'node:fs';

const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** What a run without a browser prints. */
export const noChromium =
  'The tests in a browser are left out, because there is no Chromium: install the package chromium, or name one in CHROMIUM_PATH.';

/** Undefined where there is none. @throws Error if CHROMIUM_PATH names a file that does not exist. */
export function findChromium(
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean = existsSync,
): string | undefined {
  const named = env['CHROMIUM_PATH'];
  if (named === undefined || named === '') return usualPaths.find(exists);
  if (!exists(named)) throw new Error(`CHROMIUM_PATH names ${named}, which does not exist.`);
  return named;
}
