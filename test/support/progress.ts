/**
 * How far a running command is, by what it requested from the simulator.
 */
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Running } from './command/command.ts';

/** Resolves when the run has requested that many more streams, or has ended. */
export async function goOn(
  { simulator }: { readonly simulator: Simulator },
  running: Running,
  requests: number,
): Promise<void> {
  const before = simulator.requests.count('streams');
  const isThere = simulator.requests.waitFor(
    (log) => log.count('streams') >= before + requests,
    60_000,
  );
  await Promise.race([isThere, running.ended]);
}

export async function isOver({ ended }: Running): Promise<boolean> {
  const undecided = Symbol('undecided');
  return (await Promise.race([ended, Promise.resolve(undecided)])) !== undecided;
}
