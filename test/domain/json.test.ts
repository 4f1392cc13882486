import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JsonValue } from '../../src/domain/json.ts';
import { canonicalJson, isJsonObject, parseJson } from '../../src/domain/json.ts';

describe('parsing JSON', () => {
  it.each([
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', 9_007_199_254_740_992n],
    ['-9007199254740993', -9_007_199_254_740_993n],
    ['3456789012345678901', 3_456_789_012_345_678_901n],
    ['0.12345678901234567890', 0.12345678901234568],
    ['1234567890123456789.5', Number('1234567890123456789.5')],
    ['1234567890123456789e2', Number('1234567890123456789e2')],
    ['-0', -0],
    ['1e400', Number.POSITIVE_INFINITY],
    ['"1234567890123456789"', '1234567890123456789'],
  ])('keeps the value of %s', (text, value) => {
    expect(parseJson(text)).toBe(value);
    expect(parseJson(`[{"id":${text}, "other": 12345678901234567}]`)).toEqual([
      { id: value, other: 12_345_678_901_234_567n },
    ]);
  });

  it('parses every 64-bit integer exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (id) => {
        const isSafe = Number.isSafeInteger(Number(id));
        expect(parseJson(`{"id":${id}}`)).toEqual({ id: isSafe ? Number(id) : id });
      }),
    );
  });

  it('parses like JSON.parse where every integer is safe', () => {
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (text, isLong) => {
        const whole = isLong ? `["1234567890123456789",${text}]` : text;
        const plain: unknown = JSON.parse(whole);
        fc.pre(!canonicalJson(parseJson(whole)).includes('n') || isLong);
        const expected = plain as JsonValue;
        if (!hasBigInteger(expected)) expect(parseJson(whole)).toEqual(expected);
      }),
    );
  });

  it('keeps a key named __proto__ as a key', () => {
    for (const id of ['1', '12345678901234567890']) {
      const parsed = parseJson(`{"__proto__":{"polluted":${id}}}`);
      expect(Object.keys(parsed as object)).toEqual(['__proto__']);
      expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
      expect(canonicalJson(parsed)).toContain('polluted');
    }
  });

  it('rounds long integers in a text of thousands of levels', () => {
    const levels = 200_000;
    const text = `${'['.repeat(levels)}12345678901234567890${']'.repeat(levels)}`;
    expect(Array.isArray(parseJson(text))).toBe(true);
  });

  it.each(['', '{', 'NaN', '<html></html>', '{"id":12345678901234567890'])(
    'rejects %j as JSON',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    },
  );
});

function hasBigInteger(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (Array.isArray(value)) return value.some(hasBigInteger);
  return isJsonObject(value) && Object.values(value).some(hasBigInteger);
}

const anyValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(
      null,
      true,
      false,
      0,
      1,
      1n,
      '1',
      '1n',
      'null',
      '',
      Number.POSITIVE_INFINITY,
    ),
    fc.double({ noNaN: true }).map((number) => number + 0),
    fc.bigInt(),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'a', 'b')), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value;

function permuted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(permuted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, permuted(member)]),
  );
}

function isEqual(one: JsonValue, other: JsonValue | undefined): boolean {
  if (isList(one) || isList(other)) {
    if (!isList(one) || !isList(other) || one.length !== other.length) return false;
    return one.every((member, index) => isEqual(member, other[index]));
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return one === other;
  const members = Object.entries(one);
  if (members.length !== Object.keys(other).length) return false;
  return members.every(([key, member]) => Object.hasOwn(other, key) && isEqual(member, other[key]));
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

describe('canonical JSON', () => {
  it('canonical JSON writes the same text regardless of the order of keys', () => {
    fc.assert(
      fc.property(anyValue, (value) => canonicalJson(permuted(value)) === canonicalJson(value)),
    );
    expect(canonicalJson({ b: 1, a: [true, null] })).toBe('{"a":[true,null],"b":1}');
  });

  it('canonical JSON writes the same text for equal values only', () => {
    const pairs = fc.oneof(
      fc.tuple(anyValue, anyValue),
      fc.tuple(
        fc.constantFrom(1, 1n, '1', '1n', null, 'null', Number.POSITIVE_INFINITY),
        fc.constantFrom(1, 1n, '1', '1n', null, 'null'),
      ),
    );
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        expect(canonicalJson(one) === canonicalJson(other)).toBe(isEqual(one, other));
      }),
      { numRuns: 1_000 },
    );
  });
});
