/**
 * What the routes of the API have in common: the database or 503, and one sentence for each failure.
 */
import type { Context, ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { DomestiqueError, UsageError } from '../../../errors.ts';
import type { Database } from '../../../main.ts';
import type { PageSource } from '../source.ts';
import type { ApiError } from './types/common.ts';

/** A request that is responded to with this status and this sentence. */
export class ApiFailure extends HTTPException {
  readonly retryAfterSeconds: number | undefined;

  /** @param retryAfterSeconds when the same request may succeed, for the header `Retry-After`. */
  constructor(status: 400 | 404 | 503, message: string, retryAfterSeconds?: number) {
    super(status, { message });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function databaseAway(): ApiFailure {
  return new ApiFailure(503, 'MongoDB is away: try again once it is back.');
}

/** For a request that finds all places taken. */
export function busy(): ApiFailure {
  return new ApiFailure(503, 'The page has too much to read right now: try again in a moment.', 5);
}

export function unknownActivity(id: number): ApiFailure {
  return new ApiFailure(404, `There is no activity ${id} in the database.`);
}

/** @throws ApiFailure with 503 while MongoDB is away. */
export function databaseOf({ database }: PageSource): Database {
  const open = database();
  if (open === undefined) throw databaseAway();
  return open;
}

/** @throws ApiFailure with 400 for anything but the digits of an id. */
export function readId(name: string, text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new ApiFailure(400, `${name} takes an id of Strava in digits; not "${text.slice(0, 40)}".`);
}

/** Undefined without the parameter. @throws ApiFailure with 400 for anything but an id. */
export function athleteParameter(context: Context): number | undefined {
  const text = context.req.query('athlete');
  return text === undefined || text === '' ? undefined : readId('athlete', text);
}

/** A failure of ours becomes a response; any other error is a bug, and goes on. */
export const respondToFailure: ErrorHandler = (error, context) => {
  if (error instanceof ApiFailure) {
    const { retryAfterSeconds } = error;
    if (retryAfterSeconds !== undefined) context.header('retry-after', String(retryAfterSeconds));
    return context.json<ApiError>({ message: error.message }, error.status);
  }
  if (!(error instanceof DomestiqueError)) throw error;
  const status = error instanceof UsageError ? 400 : 503;
  return context.json<ApiError>({ message: error.message }, status);
};
