/**
 * The named points at which a run is killed. Each holds the program there: its request at Strava, or
 * its command on the way to or from MongoDB.
 */
import type { Simulator } from '../../../src/simulator/simulator.ts';
import type { CommandMatch, MongoProxy } from '../mongodb/mongo-proxy.ts';
import { commandOn } from '../mongodb/mongo-proxy.ts';

export interface KillPoint {
  readonly name: string;
  /** Whether the run has to refresh its token to get there. */
  readonly isAboutTokens: boolean;
  /** Resolves when a run is held at the point, with the cleanup for after the kill. */
  readonly arm: (strava: Simulator, proxy: MongoProxy, isArmed: () => boolean) => Promise<Dropping>;
}

/** Drops the held request or command. */
export type Dropping = () => void;

type Side = 'holdCommand' | 'holdReply';

function atMongo(name: string, side: Side, match: CommandMatch, isAboutTokens = false): KillPoint {
  return {
    name,
    isAboutTokens,
    arm: async (_strava, proxy, isArmed) => {
      const held = await proxy[side]((command) => isArmed() && match(command));
      return () => {
        held.drop();
      };
    },
  };
}

function atStrava(name: string, endpoint: 'list' | 'streams' | 'token'): KillPoint {
  return {
    name,
    isAboutTokens: endpoint === 'token',
    arm: async (strava, _proxy, isArmed) => {
      const held = await strava.hold((entry) => isArmed() && entry.endpoint === endpoint);
      return () => {
        held.drop();
      };
    },
  };
}

/** The one point at which a grant can be lost: Strava has rotated the token, and its response never arrives. */
export const inTheRefresh = 'in the refresh';

const isCoverage = (body: object): boolean => JSON.stringify(body).includes('sync.coverage');
const isState = (body: object): boolean => JSON.stringify(body).includes('sync.streams');

export const killPoints: readonly KillPoint[] = [
  atMongo('after the grant is stored', 'holdReply', commandOn('update', 'tokens'), true),
  atStrava('before a page arrives', 'list'),
  atMongo('after the response of a page', 'holdCommand', commandOn('update', 'activities')),
  atMongo('after the write of a page', 'holdReply', commandOn('update', 'activities')),
  atMongo('before the cursor', 'holdCommand', commandOn('update', 'athletes', isCoverage)),
  atMongo('after the cursor', 'holdReply', commandOn('update', 'athletes', isCoverage)),
  atStrava('before streams arrive', 'streams'),
  atMongo('after the response of streams', 'holdCommand', commandOn('insert', 'streams')),
  atMongo('after the write of streams', 'holdReply', commandOn('insert', 'streams')),
  atMongo(
    'between the parts and the state',
    'holdCommand',
    commandOn('update', 'activities', isState),
  ),
  atMongo('after the state', 'holdReply', commandOn('update', 'activities', isState)),
  atMongo('in a reservation', 'holdReply', commandOn('update', 'quota')),
  atStrava(inTheRefresh, 'token'),
];
