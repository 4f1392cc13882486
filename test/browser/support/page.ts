/**
 * The page of a scene, served by the real daemon or by the command `page` in a child process.
 */
import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import type { Running } from '../../support/command/command.ts';
import type { Scene } from '../../support/scene.ts';
import { eventually } from '../../support/waiting.ts';

export interface PageOptions {
  /** The daemon, or the page alone; default the page alone. */
  readonly by?: 'daemon' | 'page';
  readonly env?: Readonly<Record<string, string>>;
}

export interface ServedPage {
  /** Without a slash at the end. */
  readonly url: string;
  readonly process: Running;
}

/** Resolves when the page responds. The process is killed with its scene. */
export async function openPage(
  scene: Scene,
  { by = 'page', env = {} }: PageOptions = {},
): Promise<ServedPage> {
  const port = await findFreePort();
  const args = by === 'daemon' ? ['start'] : ['page', '--no-browser'];
  const process = scene.launch(args, { PAGE_PORT: String(port), ...env });
  const url = `http://127.0.0.1:${port}`;
  const responds = eventually(() =>
    fetch(url).then(
      ({ status }) => status < 500,
      () => false,
    ),
  );
  const ended = process.ended.then(({ stdout, stderr }) => {
    throw new Error(`It ended without serving the page:\n${stdout}\n${stderr}`);
  });
  await Promise.race([responds, ended]);
  ended.catch(() => undefined);
  return { url, process };
}
