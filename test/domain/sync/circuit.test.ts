import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Circuit } from '../../../src/domain/sync/circuit.ts';
import {
  afterFailure,
  afterSuccess,
  maxConcurrency,
  closedCircuit,
} from '../../../src/domain/sync/circuit.ts';

/** So many failures in a row, each as soon as the circuit lets a request through. */
function failing(times: number, random = 1): Circuit {
  let circuit = closedCircuit;
  for (let failure = 0; failure < times; failure += 1) {
    circuit = afterFailure(circuit, Math.max(1_000, circuit.closedUntilMs), random);
  }
  return circuit;
}

describe('the circuit', () => {
  it('the circuit lets everything through until the fifth failure in a row', () => {
    expect(failing(4).closedUntilMs).toBe(1_000);
    expect(maxConcurrency(failing(4), 4)).toBe(4);
    expect(failing(5).closedUntilMs).toBeGreaterThan(1_000);
  });

  it('the circuit then lets one request through at a time', () => {
    expect(maxConcurrency(failing(5), 4)).toBe(1);
    expect(maxConcurrency(failing(500), 4)).toBe(1);
  });

  it('the circuit pauses longer with each further failure, five minutes at most, and never not at all', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 2_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (times, random) => {
          const before = failing(times - 1, random);
          const pauseMs =
            failing(times, random).closedUntilMs - Math.max(1_000, before.closedUntilMs);
          const next =
            failing(times + 1, random).closedUntilMs - failing(times, random).closedUntilMs;
          expect(pauseMs).toBeGreaterThanOrEqual(500);
          expect(next).toBeGreaterThanOrEqual(pauseMs);
          expect(next).toBeLessThanOrEqual(300_000);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('the circuit is not kept open by what had left before it opened', () => {
    const open = failing(5);
    expect(afterFailure(open, open.closedUntilMs - 1, 1)).toBe(open);
  });

  it('the circuit remembers since when nothing has succeeded', () => {
    expect(failing(9).failingSinceMs).toBe(1_000);
    expect(closedCircuit.failingSinceMs).toBeUndefined();
  });

  it('the circuit forgets all failures with one success', () => {
    expect(afterSuccess()).toEqual(closedCircuit);
  });
});
