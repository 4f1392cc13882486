/**
 * Checks the shape of a webhook event as Strava posts it. An event has no signature, so it is only an
 * untrusted hint that something may have changed.
 */
import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';

export const aspects = ['create', 'update', 'delete'] as const;

export type Aspect = (typeof aspects)[number];

/** Claims that an activity was created, updated or deleted. */
export interface ActivityEvent {
  readonly kind: 'activity';
  readonly subscriptionId: number;
  readonly athleteId: number;
  readonly activityId: number;
  readonly aspect: Aspect;
  /** By Strava's clock, in whole seconds. */
  readonly eventAt: Date;
}

/** Claims that an athlete has withdrawn the access. */
export interface DeauthorizationEvent {
  readonly kind: 'deauthorization';
  readonly subscriptionId: number;
  readonly athleteId: number;
}

export type PushEvent = ActivityEvent | DeauthorizationEvent;

/** The last second that a Date can hold. */
const lastSecond = 8_640_000_000_000;

/**
 * Reads an event from a body; undefined for anything else (https://developers.strava.com/docs/webhooks/).
 * The only athlete event is the deauthorization.
 */
export function readPushEvent(body: JsonValue): PushEvent | undefined {
  if (!isJsonObject(body)) return undefined;
  const athleteId = readId(body['owner_id']);
  const objectId = readId(body['object_id']);
  const subscriptionId = readId(body['subscription_id']);
  if (athleteId === undefined || objectId === undefined || subscriptionId === undefined) {
    return undefined;
  }
  if (body['object_type'] === 'athlete') {
    const isValid = objectId === athleteId && isDeauthorization(body);
    return isValid ? { kind: 'deauthorization', subscriptionId, athleteId } : undefined;
  }
  const aspect = aspects.find((each) => each === body['aspect_type']);
  const eventAt = readSecond(body['event_time']);
  if (body['object_type'] !== 'activity' || aspect === undefined || eventAt === undefined) {
    return undefined;
  }
  return { kind: 'activity', subscriptionId, athleteId, activityId: objectId, aspect, eventAt };
}

/** Strava sends `authorized` as text, and documents no type. */
function isDeauthorization({ aspect_type, updates }: JsonObject): boolean {
  return aspect_type === 'update' && isJsonObject(updates) && isFalse(updates['authorized']);
}

function isFalse(value: JsonValue | undefined): boolean {
  return value === false || (typeof value === 'string' && value.toLowerCase() === 'false');
}

/** A positive integer, also as text. */
function readId(value: JsonValue | undefined): number | undefined {
  const id = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

function readSecond(value: JsonValue | undefined): Date | undefined {
  const second = readId(value);
  return second === undefined || second > lastSecond ? undefined : new Date(second * 1_000);
}
