/**
 * One request's way through the simulator: logged, authenticated, counted, handled or made to fail,
 * perhaps held, and sent.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import type { Clock } from '../../clock.ts';
import {
  accessTokenInvalid,
  applicationInactive,
  photoType,
  rateLimitExceeded,
  textResponse,
} from './response.ts';
import type { SimulatedResponse } from './response.ts';
import { apiResponse } from './api.ts';
import type { ApiDeps } from './api.ts';
import { deliver } from './delivery.ts';
import { activityIdOf, findAddress, partOf } from './endpoints.ts';
import type { Address } from './endpoints.ts';
import { insteadOfWork, spoil } from './fault-responses.ts';
import type { FaultChooser } from './faults.ts';
import { photoFileOf } from '../world/detail.ts';
import type { Grants } from '../world/grants.ts';
import type { Holds } from './holds.ts';
import { readRequest } from './incoming.ts';
import type { IncomingRequest } from './incoming.ts';
import type { Consent, OAuth } from './oauth.ts';
import type { HeaderMode, QuotaWindows } from './quota-windows.ts';
import type { RequestEntry, RequestRecorder } from './request-log.ts';
import type { Subscriptions } from './subscriptions.ts';

/** The switches of a running simulator. */
export interface ApplicationState {
  isInactive: boolean;
  headers: HeaderMode;
  consent: Consent;
  /** How far the next response's `Date` header is from the clock, in milliseconds. */
  dateOffsetMs: () => number;
}

export interface ExchangeDeps {
  readonly clock: Clock;
  readonly state: ApplicationState;
  readonly grants: Grants;
  readonly oauth: OAuth;
  readonly subscriptions: Subscriptions;
  readonly quota: QuotaWindows;
  readonly recorder: RequestRecorder;
  readonly faults: FaultChooser;
  readonly holds: Holds;
  readonly api: ApiDeps;
}

interface Exchange {
  readonly request: IncomingRequest;
  readonly address: Address;
  readonly entry: RequestEntry;
  readonly nowMs: number;
}

/** The server's listener. */
export function createExchange(deps: ExchangeDeps): RequestListener {
  return (request, response) => {
    void exchange(deps, request, response).catch((error: unknown) => {
      // A client that leaves in the middle of its own request is not an error.
      if (request.destroyed && !request.complete) return;
      response.destroy(error instanceof Error ? error : undefined);
      throw error;
    });
  };
}

async function exchange(
  deps: ExchangeDeps,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming);
  const address = findAddress(request.method, request.path);
  const nowMs = deps.clock.nowMs();
  const entry = createEntry(request, address, nowMs);
  deps.recorder.add(entry);
  response.sendDate = false;
  response.setHeader('Date', new Date(nowMs + deps.state.dateOffsetMs()).toUTCString());
  const result = await handle(deps, { request, address, entry, nowMs });
  const [spoilt, how] = spoil(entry.fault, result);
  const shouldSend = await deps.holds.pass(entry, spoilt);
  if (shouldSend && how !== 'hang' && how !== 'reset') entry.status = spoilt.status;
  const isWhole = await deliver(response, spoilt, shouldSend ? how : 'reset');
  entry.isComplete = isWhole && entry.fault === null;
  deps.recorder.changed();
}

async function handle(deps: ExchangeDeps, exchange: Exchange): Promise<SimulatedResponse> {
  const { endpoint } = exchange.entry;
  const part = partOf(endpoint);
  if (part === 'oauth' || part === 'subscriptions' || part === 'files')
    return handleUncounted(deps, exchange);
  const result = handleApi(deps, exchange);
  const isBare = deps.state.headers === 'none-on-streams' && endpoint.endsWith('streams');
  const rates = deps.quota.headers(isBare ? 'none' : deps.state.headers, exchange.nowMs);
  return { ...result, headers: { ...result.headers, ...rates } };
}

// OAuth, subscriptions and files carry no rate headers and do not count.
async function handleUncounted(deps: ExchangeDeps, exchange: Exchange): Promise<SimulatedResponse> {
  const { request, entry, address, nowMs } = exchange;
  const isFile = address.endpoint === 'photo-file';
  if (deps.state.isInactive && !isFile) return applicationInactive();
  entry.fault = deps.faults.choose(entry);
  const instead = entry.fault === null ? null : insteadOfWork(entry.fault, entry.endpoint);
  if (instead !== null) return instead;
  if (isFile) return textResponse(200, photoFileOf(address.id), photoType);
  if (address.endpoint === 'subscriptions') return deps.subscriptions.respond(request, address.id);
  return deps.oauth.respond(address.endpoint, request, nowMs);
}

function handleApi(
  deps: ExchangeDeps,
  { request, address, entry, nowMs }: Exchange,
): SimulatedResponse {
  const grant = deps.grants.authenticate(request.bearer ?? '', nowMs);
  if (grant === null) return deps.state.isInactive ? applicationInactive() : accessTokenInvalid();
  entry.athleteId = grant.athleteId;
  const limit = deps.quota.take(nowMs);
  entry.isCounted = true;
  entry.isOverLimit = limit !== null;
  if (deps.state.isInactive) return applicationInactive();
  if (limit !== null) return rateLimitExceeded(limit);
  entry.fault = deps.faults.choose(entry);
  const instead = entry.fault === null ? null : insteadOfWork(entry.fault, entry.endpoint);
  if (instead !== null) return instead;
  const { query, origin } = request;
  const asked =
    entry.fault === 'same-page'
      ? new URLSearchParams({ per_page: query.get('per_page') ?? '30' })
      : query;
  return apiResponse(deps.api, { address, query: asked, origin, grant, nowMs });
}

function createEntry(request: IncomingRequest, address: Address, nowMs: number): RequestEntry {
  return {
    at: new Date(nowMs),
    method: request.method,
    path: request.path,
    query: request.query,
    endpoint: address.endpoint,
    activityId: activityIdOf(address),
    athleteId: null,
    status: null,
    isComplete: false,
    isCounted: false,
    isOverLimit: false,
    fault: null,
  };
}
