/**
 * Holds a response back at a named point: after Strava has done its work (a token has rotated, a
 * request is counted), before anything of the response is sent. A process can then be killed there.
 */
import type { SimulatedResponse } from './response.ts';
import { isMatch } from './request-log.ts';
import type { RequestEntry, RequestMatch } from './request-log.ts';

/** A request whose response waits. */
export interface HeldRequest {
  readonly request: RequestEntry;
  /** The response that `release` sends. */
  readonly response: SimulatedResponse;
  /** Sends the response. */
  release(): void;
  /** Cuts the connection instead. */
  drop(): void;
}

export interface Holds {
  /** Resolves with the next request that matches, once its response is ready. */
  hold(match: RequestMatch): Promise<HeldRequest>;
  /** Resolves when the response may leave: true to send it, false to cut the connection. */
  pass(request: RequestEntry, response: SimulatedResponse): Promise<boolean>;
  /** Drops everything that is held. */
  dropAll(): void;
}

interface Trap {
  readonly match: RequestMatch;
  readonly spring: (held: HeldRequest) => void;
}

/** Holds nothing until `hold` is called. */
export function createHolds(): Holds {
  const traps: Trap[] = [];
  const held = new Set<HeldRequest>();
  return {
    hold: (match) => new Promise((spring) => traps.push({ match, spring })),
    pass: async (request, response) => {
      const index = traps.findIndex((trap) => isMatch(request, trap.match));
      const [trap] = index < 0 ? [] : traps.splice(index, 1);
      if (trap === undefined) return true;
      return new Promise((resolve) => {
        const end = (shouldSend: boolean): void => {
          held.delete(holding);
          resolve(shouldSend);
        };
        const holding: HeldRequest = {
          request,
          response,
          release: () => {
            end(true);
          },
          drop: () => {
            end(false);
          },
        };
        held.add(holding);
        trap.spring(holding);
      });
    },
    dropAll: () => {
      for (const holding of [...held]) holding.drop();
    },
  };
}
