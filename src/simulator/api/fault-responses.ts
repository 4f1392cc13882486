/**
 * The effect of a fault on a response: another response, or another delivery.
 */
import {
  errorResponse,
  htmlType,
  jsonResponse,
  jsonTextResponse,
  photoType,
  rateLimitExceeded,
  textResponse,
} from './response.ts';
import type { SimulatedResponse } from './response.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { Endpoint } from './request-log.ts';

const deliveries = [
  'whole',
  'reset',
  'reset-mid-body',
  'truncated',
  'hang',
  'drip',
  'endless',
  'gzip-bomb',
] as const;

/** How a response is sent. */
export type Delivery = (typeof deliveries)[number];

/** The response that replaces Strava's work, which is then not done; null if the work is done. */
export function insteadOfWork(kind: FaultKind, endpoint: Endpoint): SimulatedResponse | null {
  switch (kind) {
    case 'error-json':
      return jsonResponse({ message: 'error' }, 500);
    case 'html-502':
      return textResponse(502, page('502 Bad Gateway'), htmlType);
    case '597':
      return textResponse(597, '', htmlType);
    case 'html-200':
      return textResponse(200, page('Strava is temporarily unavailable'), htmlType);
    case 'rate-limit':
      return rateLimitExceeded('rate limit');
    case 'malformed':
      return jsonResponse(malformed(endpoint));
    case 'wrong-shape':
      return jsonResponse('unexpected');
    case 'empty-list':
      return jsonResponse([]);
    case 'code-not-ready':
      return errorResponse(400, ['AuthorizationCode', 'code', 'invalid']);
    case 'redirect':
      return { ...textResponse(302, '', htmlType), headers: { Location: elsewhere } };
    case 'page-400':
    case 'page-403':
    case 'page-404':
      return textResponse(Number(kind.slice(-3)), page(kind), htmlType);
    case 'athlete-limit':
      return endpoint === 'authorize'
        ? textResponse(403, page(`Error 403: ${athleteLimit}`), htmlType)
        : jsonResponse({ message: athleteLimit, errors: [] }, 403);
    case 'callback-domain':
      return errorResponse(400, ['Application', 'redirect_uri', 'invalid']);
    case 'endless':
    case 'gzip-bomb':
      return endpoint === 'photo-file' ? textResponse(200, '', photoType) : jsonTextResponse('');
    case 'reset':
    case 'hang':
      return textResponse(0, '', htmlType);
    case 'reset-mid-body':
    case 'truncated':
    case 'cut-json':
    case 'wrong-content-type':
    case 'drip':
    case 'same-page':
      return null;
  }
}

/** The finished response under a fault, and its delivery. */
export function spoil(
  kind: FaultKind | null,
  response: SimulatedResponse,
): [SimulatedResponse, Delivery] {
  if (kind === 'cut-json') {
    return [{ ...response, body: response.body.slice(0, response.body.length / 2) }, 'whole'];
  }
  if (kind === 'wrong-content-type') {
    return [{ ...response, contentType: 'text/plain; charset=utf-8' }, 'whole'];
  }
  return [response, deliveries.find((delivery) => delivery === kind) ?? 'whole'];
}

const elsewhere = 'https://api.example.org/api/v3?token=secret';
const athleteLimit = 'Limit of connected athletes exceeded';

function page(title: string): string {
  return `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
}

function malformed(endpoint: Endpoint) {
  if (endpoint === 'list')
    return [{ id: 'x', start_date: 17, sport_type: null, map: 'none' }, null];
  if (endpoint === 'streams') return { time: { data: 'none' }, heartrate: 7, latlng: null };
  if (endpoint === 'token') return { access_token: 17, expires_at: 'soon', refresh_token: null };
  return { id: 'x', start_date: 17 };
}
