/**
 * What a fault makes of an answer: another answer, or another way to deliver it.
 */
import { errorAnswer, htmlType, jsonAnswer, rateLimitExceeded, textAnswer } from './response.ts';
import type { Answer } from './response.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { Endpoint } from './request-log.ts';

const deliveries = ['whole', 'reset', 'reset-mid-body', 'truncated', 'hang', 'drip'] as const;

/** How an answer leaves. */
export type Delivery = (typeof deliveries)[number];

/** The answer that stands in for Strava's own work, which then is not done; null if it is done. */
export function insteadOfWork(kind: FaultKind, endpoint: Endpoint): Answer | null {
  switch (kind) {
    case 'error-json':
      return jsonAnswer({ message: 'error' }, 500);
    case 'html-502':
      return textAnswer(502, page('502 Bad Gateway'), htmlType);
    case '597':
      return textAnswer(597, '', htmlType);
    case 'html-200':
      return textAnswer(200, page('Strava is temporarily unavailable'), htmlType);
    case 'rate-limit':
      return rateLimitExceeded('rate limit');
    case 'malformed':
      return jsonAnswer(malformed(endpoint));
    case 'wrong-shape':
      return jsonAnswer('unexpected');
    case 'empty-list':
      return jsonAnswer([]);
    case 'code-not-ready':
      return errorAnswer(400, ['AuthorizationCode', 'code', 'invalid']);
    case 'reset':
    case 'hang':
      return textAnswer(0, '', htmlType);
    case 'reset-mid-body':
    case 'truncated':
    case 'cut-json':
    case 'wrong-content-type':
    case 'drip':
      return null;
  }
}

/** What becomes of the finished answer, and how it is delivered. */
export function spoil(kind: FaultKind | null, answer: Answer): [Answer, Delivery] {
  if (kind === 'cut-json') {
    return [{ ...answer, body: answer.body.slice(0, answer.body.length / 2) }, 'whole'];
  }
  if (kind === 'wrong-content-type') {
    return [{ ...answer, contentType: 'text/plain; charset=utf-8' }, 'whole'];
  }
  return [answer, deliveries.find((delivery) => delivery === kind) ?? 'whole'];
}

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
