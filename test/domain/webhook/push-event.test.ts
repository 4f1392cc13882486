import { describe, expect, it } from 'vitest';

import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { readPushEvent } from '../../../src/domain/webhook/push-event.ts';

const activity: JsonObject = {
  object_type: 'activity',
  object_id: 19_000_000_001,
  aspect_type: 'create',
  owner_id: 1001,
  subscription_id: 7,
  event_time: 1_790_000_000,
  updates: {},
};
const deauthorization: JsonObject = {
  ...activity,
  object_type: 'athlete',
  object_id: 1001,
  aspect_type: 'update',
  updates: { authorized: 'false' },
};

describe('readPushEvent', () => {
  it.each(['create', 'update', 'delete'])('readPushEvent reads the %s of an activity', (aspect) => {
    expect(readPushEvent({ ...activity, aspect_type: aspect })).toEqual({
      kind: 'activity',
      subscriptionId: 7,
      athleteId: 1001,
      activityId: 19_000_000_001,
      aspect,
      eventAt: new Date(1_790_000_000_000),
    });
  });

  it.each([['false'], ['False'], [false]])(
    'readPushEvent reads a deauthorization whose `authorized` is %j',
    (authorized) => {
      expect(readPushEvent({ ...deauthorization, updates: { authorized } })).toEqual({
        kind: 'deauthorization',
        subscriptionId: 7,
        athleteId: 1001,
      });
    },
  );

  it('readPushEvent reads ids and the time as text', () => {
    const text = { object_id: '19000000001', owner_id: '1001', event_time: '1790000000' };
    expect(readPushEvent({ ...activity, ...text, subscription_id: '7' })).toEqual(
      readPushEvent(activity),
    );
  });

  it.each([[null], ['x'], [[]], [7]])(
    'readPushEvent reads the event of an activity whatever its updates are: %j',
    (updates) => {
      expect(readPushEvent({ ...activity, updates })).toEqual(readPushEvent(activity));
    },
  );
});

describe('readPushEvent without an event', () => {
  it.each<[string, JsonValue]>([
    ['a list', []],
    ['null', null],
    ['an empty object', {}],
    ['an unknown object', { ...activity, object_type: 'segment' }],
    ['an unknown aspect', { ...activity, aspect_type: 'view' }],
    ['an id as text that is no integer', { ...activity, object_id: '1e9' }],
    ['an id as text beyond a double', { ...activity, object_id: '9'.repeat(16) }],
    ['an id as empty text', { ...activity, object_id: '' }],
    ['a true as an id', { ...activity, object_id: true }],
    ['an id of zero', { ...activity, object_id: 0 }],
    ['a negative owner', { ...activity, owner_id: -1 }],
    ['an owner beyond a double', { ...activity, owner_id: 2n ** 60n }],
    ['a fractional subscription', { ...activity, subscription_id: 7.5 }],
    ['no time', { ...activity, event_time: null }],
    ['a time beyond all dates', { ...activity, event_time: 8_640_000_000_001 }],
    ['the deauthorization of another athlete', { ...deauthorization, object_id: 1002 }],
    ['a new athlete', { ...deauthorization, aspect_type: 'create' }],
    ['an access that was not withdrawn', { ...deauthorization, updates: { authorized: 'true' } }],
    ['an access that stands', { ...deauthorization, updates: { authorized: true } }],
    ['an unclear access', { ...deauthorization, updates: { authorized: 0 } }],
    ['no access', { ...deauthorization, updates: {} }],
    ['no updates', { ...deauthorization, updates: null }],
  ])('readPushEvent without an event ignores a body with %s', (_, body) => {
    expect(readPushEvent(body)).toBeUndefined();
  });
});
