/**
 * The requests that a route receives, and its responses.
 */
import type { JsonValue } from '../domain/json.ts';

export interface HttpRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The first route that matches the method and the path, and does not pass, responds. */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST';
  matches(path: string): boolean;
  /** Undefined passes the request to the next route. */
  handle(request: HttpRequest): Promise<HttpResponse | undefined>;
}

export function jsonResponse(status: number, value: JsonValue): HttpResponse {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}
