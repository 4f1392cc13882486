/** Whether this Node.js runs the program. */
import type { Finding } from './check.ts';

/** As package.json's `engines` says. */
export const minNodeMajor = 24;

/** `version` is such as `24.21.0`. */
export function assessNode(version: string): Finding {
  const found = `Node.js is ${version}.`;
  if (Number.parseInt(version, 10) >= minNodeMajor) return { mark: 'ok', found };
  return {
    mark: 'failed',
    found,
    advice: `Install Node.js ${minNodeMajor} or later, from https://nodejs.org.`,
  };
}
