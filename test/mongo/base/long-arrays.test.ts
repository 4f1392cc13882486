import fc from 'fast-check';
import { BSON, Decimal128, Double, Int32, Long, ObjectId } from 'mongodb';
import { expect, it } from 'vitest';
import { deserializeLongArrays } from '../../../src/mongo/base/long-arrays.ts';

const sample = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(0, -0, NaN, Infinity, 2 ** 31, -(2 ** 31), 2 ** 53),
);
const other = fc.oneof(
  fc.string(),
  fc.date({ noInvalidDate: true }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((wide) => Long.fromBigInt(wide)),
  fc.constant(new ObjectId('665f1c2ab7e8a90012345678')),
  fc.array(fc.string()),
  fc.array(fc.oneof(sample, fc.constant(Long.fromNumber(2 ** 40)), fc.constant({ a: 1 }))),
  fc.record({ inner: fc.array(sample) }),
  fc.constantFrom(new Int32(3), new Double(3), Decimal128.fromString('1.5')),
);
const key = fc.oneof(
  fc.constantFrom('time', 'lat', '__proto__', 'längengrad', '0'),
  fc.string({ minLength: 1 }).filter((text) => !text.includes('\0') && !text.startsWith('$')),
);
const document = fc
  .array(fc.tuple(key, fc.oneof(fc.array(sample, { maxLength: 120 }), other)))
  .map((entries) => Object.fromEntries(entries));

it.each([{}, { useBigInt64: true }])(
  'a document with arrays of samples is read as the driver reads it, with %o',
  (options) => {
    fc.assert(
      fc.property(document, (value) => {
        const bytes = BSON.serialize(value);
        const read = deserializeLongArrays(bytes, options);
        const driver = BSON.deserialize(bytes, options);
        for (const [name, member] of Object.entries(driver))
          expect(Object.getOwnPropertyDescriptor(read, name)?.value).toStrictEqual(member);
        expect(Object.keys(read).sort()).toStrictEqual(Object.keys(driver).sort());
      }),
    );
  },
);

it('a document that lies within other bytes is read from its own', () => {
  const bytes = BSON.serialize({ time: [0, 1, 2.5], part: 3 });
  const within = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
  const own = within.subarray('before'.length, 'before'.length + bytes.length);
  expect(deserializeLongArrays(own)).toStrictEqual({ time: [0, 1, 2.5], part: 3 });
});
