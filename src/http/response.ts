/**
 * What a route is asked, and what it answers.
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

/** A route is asked when its method and path match; the first that does not pass answers. */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST';
  matches(path: string): boolean;
  /** Undefined passes: the request is none of its own, which is then answered as any unknown path is. */
  handle(request: HttpRequest): Promise<HttpResponse | undefined>;
}

export function jsonResponse(status: number, value: JsonValue): HttpResponse {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

/** The same for everything that is not there, so that nobody learns what is. */
export const notFound = jsonResponse(404, { message: 'Not Found' });
