/**
 * Imports that are killed at a write, or anywhere in their start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../command/command.ts';
import type { CommandMatch } from '../mongodb/mongo-proxy.ts';
import { commandOn } from '../mongodb/mongo-proxy.ts';
import type { KillStage } from './killed-runs.ts';
import { kill } from './killed-runs.ts';
import type { Random } from './random.ts';

const isOnStreams: CommandMatch = ({ name, collection }) =>
  collection === 'streams' && (name === 'insert' || name === 'update');
const isOnActivities = commandOn('update', 'activities');

type WritePoint = readonly ['holdCommand' | 'holdReply', CommandMatch];

/** Before and after what an import writes. */
export const importPoints: readonly WritePoint[] = [
  ['holdCommand', isOnStreams],
  ['holdReply', isOnStreams],
  ['holdCommand', isOnActivities],
  ['holdReply', isOnActivities],
];

/** Kills an import at one of its next writes, or in its start. */
export async function killImportAnywhere(
  stage: KillStage,
  path: string,
  random: Random,
): Promise<void> {
  const point = random.pick([...importPoints, 'start'] as const);
  if (point !== 'start') {
    await killImportAt(stage, path, { point, count: random.integer(1, 5) });
    return;
  }
  const run = launchImport(stage, path);
  await sleep(random.integer(0, 600));
  await kill(run);
}

/** Kills an import at the so-many-th of its writes of one kind. */
export async function killImportAt(
  stage: KillStage,
  path: string,
  { point: [side, match], count }: { readonly point: WritePoint; readonly count: number },
): Promise<void> {
  const run = launchImport(stage, path);
  let left = count;
  const trapped = stage.proxy[side]((command) => match(command) && (left -= 1) === 0);
  const held = await run.reach(trapped);
  await kill(run);
  held.drop();
}

function launchImport({ launch, proxy }: KillStage, path: string): Running {
  return launch(['import', '--file', path, '--prefer', 'export'], { MONGODB_URI: proxy.uri });
}
