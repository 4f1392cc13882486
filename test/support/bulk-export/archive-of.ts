/** Archives of a scene's athlete, in a folder of their own. */
import { join } from 'node:path';
import type { ArchiveOptions, MadeArchive } from '../../../src/simulator/archive/make-archive.ts';
import { makeArchive } from '../../../src/simulator/archive/make-archive.ts';
import type { Scene } from '../scene.ts';
import { athleteId } from '../scene.ts';
import { scratchFolder } from './pack.ts';

export async function archiveOf(
  { simulator }: Pick<Scene, 'simulator'>,
  options: Omit<ArchiveOptions, 'path'> = {},
): Promise<MadeArchive> {
  const path = join(await scratchFolder(), options.isFolder === true ? 'export' : 'export.zip');
  return makeArchive(simulator.world, athleteId, { ...options, path });
}
