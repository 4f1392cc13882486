/**
 * What the rounds have in common: how a run ends, and the figures of a scene.
 */
import assert from 'node:assert/strict';
import type { Running } from '../support/command/command.ts';
import { lossesOf } from '../support/faults/losses.ts';
import type { Scene } from '../support/scene.ts';
import { athleteId } from '../support/scene.ts';
import type { Figures } from './figures.ts';
import type { Stage } from './stage.ts';

/** @throws if the round cannot come to its end, for example because a command failed. */
export type Round = (stage: Stage, seed: number) => Promise<Figures>;

/** Waits for the end of a command that has to succeed. */
export async function succeed(running: Pick<Running, 'ended'>): Promise<void> {
  await endWith(running, 0);
}

/** Sends SIGTERM, waits for the end with that exit code, and returns the time that took in milliseconds. */
export async function stop(running: Running, exitCode: number): Promise<number> {
  const sentMs = performance.now();
  running.kill('SIGTERM');
  await endWith(running, exitCode);
  return performance.now() - sentMs;
}

async function endWith({ ended }: Pick<Running, 'ended'>, expected: number): Promise<void> {
  const { exitCode, signal, stderr } = await ended;
  const end = `it ended with ${exitCode ?? String(signal)}:\n${stderr.slice(-2_000)}`;
  assert.equal(exitCode, expected, end);
}

/** The figures of a scene whose athletes have to be complete. */
export async function figuresOf(
  scene: Scene,
  done: Figures['done'],
  athleteIds: readonly number[] = [athleteId],
): Promise<Figures> {
  const { db, simulator } = scene;
  const losses = await Promise.all(athleteIds.map((id) => lossesOf(db, simulator, id)));
  return {
    done,
    requests: scene.countedRequests(),
    overLimit: simulator.requests.overLimit().length,
    lost: losses.flatMap(({ lost }) => lost),
    // It counts the documents of all athletes.
    doubled: losses[0]?.doubled ?? 0,
  };
}
