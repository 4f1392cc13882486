/**
 * Holds an answer back at a named point: after Strava has done its work (a token has rotated, a
 * request is counted), before anything of the answer is sent. A process can then be killed there.
 */
import type { Answer } from './response.ts';
import { isMatch } from './request-log.ts';
import type { RequestEntry, RequestMatch } from './request-log.ts';

/** A request whose answer waits. */
export interface HeldRequest {
  readonly request: RequestEntry;
  /** What is going to be sent. */
  readonly answer: Answer;
  /** Sends the answer. */
  release(): void;
  /** Cuts the connection instead. */
  drop(): void;
}

export interface Holds {
  /** Resolves with the next request that matches, once its answer is ready. */
  hold(match: RequestMatch): Promise<HeldRequest>;
  /** Resolves when the answer may leave: true to send it, false to cut the connection. */
  pass(request: RequestEntry, answer: Answer): Promise<boolean>;
  /** Drops everything that is held. */
  dropAll(): void;
}

interface Trap {
  readonly match: RequestMatch;
  readonly spring: (held: HeldRequest) => void;
}

/** Nothing is held until somebody asks for it. */
export function createHolds(): Holds {
  const traps: Trap[] = [];
  const held = new Set<HeldRequest>();
  return {
    hold: (match) => new Promise((spring) => traps.push({ match, spring })),
    pass: async (request, answer) => {
      const index = traps.findIndex((trap) => isMatch(request, trap.match));
      const [trap] = index < 0 ? [] : traps.splice(index, 1);
      if (trap === undefined) return true;
      return new Promise((resolve) => {
        const end = (isToBeSent: boolean): void => {
          held.delete(holding);
          resolve(isToBeSent);
        };
        const holding: HeldRequest = {
          request,
          answer,
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
