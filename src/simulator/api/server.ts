/**
 * A Strava of our own on a free port of this machine: it puts world, grants, quota, faults and log
 * together behind a real HTTP server. It is deterministic from its seed, and independent of the
 * program under test.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';

import { systemClock } from '../../clock.ts';
import type { AthleteSpec } from '../world/activity-generation.ts';
import { athleteOf } from '../world/athlete.ts';
import { createExchange } from './exchange.ts';
import type { ApplicationState } from './exchange.ts';
import { createFaults } from './faults.ts';
import { createGrants } from '../world/grants.ts';
import type { Grants } from '../world/grants.ts';
import { createHolds } from './holds.ts';
import type { JsonRecord } from './json-text.ts';
import { createOAuth } from './oauth.ts';
import { createQuotaWindows, defaultQuota } from './quota-windows.ts';
import type { HeaderMode } from './quota-windows.ts';
import { createRequestRecorder } from './request-log.ts';
import type { Simulator, SimulatorOptions } from '../simulator.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createWorld } from '../world/world.ts';
import type { WorldEvent } from '../world/world.ts';

const defaultAthlete: AthleteSpec = {
  id: 1001,
  firstname: 'Anna',
  lastname: 'Muster',
  activities: 100,
  years: 3,
};

const everyScope = ['read', 'activity:read_all', 'profile:read_all', 'read_all'];

/** Starts a simulator and resolves when it listens. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const parts = assemble(options);
  // Longer than any client waits between two requests, so that no reused connection is cut by chance.
  const server = createServer({ keepAliveTimeout: 120_000 }, parts.listener);
  const port = await listen(server, options.port ?? 0);
  return { ...createControls(parts), ...addressesOf(port), close: () => stop(server, parts) };
}

type Parts = ReturnType<typeof assemble>;

function assemble(options: SimulatorOptions) {
  const { seed = 1, clock = systemClock, athletes = [defaultAthlete] } = options;
  const client = {
    clientId: options.clientId ?? '12345',
    clientSecret: options.clientSecret ?? 'simulator-secret',
  };
  const retryDelayMs = options.eventRetryDelayMs ?? 500;
  const subscriptions = createSubscriptions({ ...client, seed, clock, retryDelayMs });
  const onEvent = (event: WorldEvent): void => {
    subscriptions.emit(event);
  };
  const world = createWorld({ seed, athletes, clock, onEvent });
  const grants = createGrants({
    seed,
    accessTokenLifetimeMs: options.accessTokenLifetimeMs ?? 6 * 3_600_000,
    rotation: options.rotation ?? 'always',
    isAccessTokenReused: options.reuseAccessToken ?? true,
  });
  const state: ApplicationState = {
    isInactive: false,
    headers: options.headers ?? 'both',
    consent: { athleteId: athletes[0]?.id ?? 0, isDenied: false, unticked: [] },
    dateOffsetMs: () => 0,
  };
  const access = { ...client, athletes, grants, onEvent };
  const shared = {
    clock,
    state,
    grants,
    subscriptions,
    oauth: createOAuth({ ...access, consent: () => state.consent, ...aboutAthletes(access) }),
    quota: createQuotaWindows({ ...defaultQuota, ...options.quota }),
    recorder: createRequestRecorder(),
    faults: createFaults(seed),
    holds: createHolds(),
    api: { ...world, pageShortening: options.pageShortening ?? 0 },
  };
  return { ...shared, ...aboutAthletes(access), client, listener: createExchange(shared) };
}

function aboutAthletes({
  athletes,
  grants,
  onEvent,
}: {
  readonly athletes: readonly AthleteSpec[];
  readonly grants: Grants;
  readonly onEvent: (event: WorldEvent) => void;
}) {
  return {
    athlete: (athleteId: number): JsonRecord | null => {
      const spec = athletes.find(({ id }) => id === athleteId);
      return spec === undefined ? null : athleteOf(spec, false);
    },
    deauthorize: (athleteId: number): void => {
      grants.revokeAthlete(athleteId);
      onEvent({
        object_type: 'athlete',
        object_id: athleteId,
        aspect_type: 'update',
        updates: { authorized: 'false' },
        owner_id: athleteId,
      });
    },
  };
}

type Controls = Omit<Simulator, 'url' | 'apiUrl' | 'oauthUrl' | 'close'>;

function createControls(parts: Parts): Controls {
  const { clock, grants, quota, state, subscriptions } = parts;
  return {
    ...parts.client,
    world: parts.api.world,
    requests: parts.recorder.log,
    faults: parts.faults.plan,
    events: subscriptions.sent,
    eventsSettled: () => subscriptions.settled(),
    hold: (match) => parts.holds.hold(match),
    grant: (athleteId, scopes = everyScope) =>
      grants.createCode({ athleteId, scopes }, clock.nowMs()),
    issueRefreshToken: (athleteId, scopes = everyScope) =>
      grants.createRefreshToken({ athleteId, scopes }),
    isRefreshTokenLive: (refreshToken) => grants.isLive(refreshToken),
    expireAccessTokens: () => {
      grants.expireAccessTokens();
    },
    setConsent: (changes) => {
      state.consent = { ...state.consent, ...changes };
    },
    deauthorize: parts.deauthorize,
    setApplicationInactive: (isInactive) => {
      state.isInactive = isInactive;
    },
    setQuota: (changes) => {
      quota.set(changes);
    },
    setHeaders: (mode: HeaderMode) => {
      state.headers = mode;
    },
    setDateOffset: (dateOffsetMs) => {
      state.dateOffsetMs = dateOffsetMs;
    },
    useQuotaElsewhere: (requests) => {
      quota.add(requests, clock.nowMs());
    },
    usage: () => quota.usage(clock.nowMs()),
  };
}

function addressesOf(port: number) {
  const url = `http://127.0.0.1:${port}`;
  return { url, apiUrl: `${url}/api/v3`, oauthUrl: `${url}/oauth` };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function stop(server: Server, { holds, recorder, subscriptions }: Parts): Promise<void> {
  subscriptions.stop();
  recorder.stop();
  holds.dropAll();
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeAllConnections();
  await closed;
  await subscriptions.settled();
}
