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
  /**
   * Whether a request has to be addressed to this machine, by `localhost` or an IP address, where the server
   * listens on the loopback address: no web page with a name of its own reads the response.
   */
  readonly isPrivate?: boolean;
  /** Undefined passes the request to the next route. */
  handle(request: HttpRequest): Promise<HttpResponse | undefined>;
}

export function jsonResponse(status: number, value: JsonValue): HttpResponse {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}
