/**
 * Writes values and queries in the language of mongosh, formatted for reading.
 */
import { Long, ObjectId } from 'mongodb';
import { parameters } from './parameters.ts';
import type { Recipe } from './recipe.ts';
import { exampleOf, Name } from './recipe.ts';
import { circleText } from './circle.ts';

const maxWidth = 100;
const plainKey = /^[A-Za-z_$][\w$]*$/;

/** A value as mongosh reads it; on one line if it fits after `indent` spaces. */
export function toMongosh(value: unknown, indent = 0): string {
  const short = onOneLine(value);
  if (indent + short.length <= maxWidth) return short;
  const inner = ' '.repeat(indent + 2);
  const lines = (open: string, items: readonly string[], close: string): string =>
    `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${' '.repeat(indent)}${close}`;
  if (Array.isArray(value)) {
    const items = value.map((item) => toMongosh(item, indent + 2));
    return lines('[', items, ']');
  }
  if (!isPlain(value)) return short;
  const members = Object.entries(value).map(
    ([key, member]) => `${keyOf(key)}: ${toMongosh(member, indent + 2)}`,
  );
  return lines('{', members, '}');
}

function onOneLine(value: unknown): string {
  if (value instanceof Name) return value.path;
  if (Long.isLong(value)) return `NumberLong("${value.toString()}")`;
  if (value instanceof ObjectId) return `ObjectId("${value.toHexString()}")`;
  if (value instanceof Date) return `ISODate("${value.toISOString()}")`;
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (!isPlain(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${keyOf(key)}: ${onOneLine(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function keyOf(key: string): string {
  return plainKey.test(key) ? key : JSON.stringify(key);
}

/** Whether a value is an object with members, and not one of BSON's types. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Name) && !isBson(value);
}

function isBson(value: object): boolean {
  return [Date, RegExp, ObjectId].some((type) => value instanceof type) || Long.isLong(value);
}

/**
 * The query for pasting into mongosh: a line for each parameter, the lookup, the pipeline. With `var`,
 * because mongosh rejects a second `const` of the same name.
 */
export function recipeText(recipe: Recipe): string {
  const { lookup, circle, collection, pipeline, hint } = recipe;
  const settings = recipe.parameters.map((name) => {
    const value = parameters[name].read(exampleOf(recipe, name));
    return `var ${name} = ${toMongosh(value)}`;
  });
  const found = lookup
    ? [
        `var ${lookup.as} = db.${lookup.collection}.findOne(\n  ${toMongosh(lookup.filter, 2)},\n  ${toMongosh(lookup.projection, 2)},\n)`,
      ]
    : [];
  const ring = circle ? [circleText(circle)] : [];
  const options = hint === undefined ? '' : `, ${toMongosh({ hint })}`;
  const query = `db.${collection}.aggregate(${toMongosh(pipeline)}${options})`;
  return [...settings, ...found, ...ring, query].join('\n');
}
