/**
 * Responses as JSON.
 */
import type { JsonValue } from '../domain/json.ts';

/** Each call makes another response, because one can be sent only once. */
export function jsonResponse(status: number, value: JsonValue): Response {
  return Response.json(value, { status });
}
