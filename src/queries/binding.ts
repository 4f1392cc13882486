/**
 * Replaces the names in a query by values.
 */
import type { Document } from 'mongodb';
import { isPlain } from './mongosh.ts';
import { ringAround } from './circle.ts';
import type { Circle } from './recipe.ts';
import { Name } from './recipe.ts';

/** The values, by the first part of a name's path. */
export type Scope = Readonly<Record<string, unknown>>;

/** @throws RangeError for a name without a value, which is an error in the recipe. */
export function bindPipeline(pipeline: readonly Document[], scope: Scope): Document[] {
  return pipeline.map((stage) => bindDocument(stage, scope));
}

/** Adds the ring of a circle. */
export function withRing(circle: Circle | undefined, scope: Scope): Scope {
  if (circle === undefined) return scope;
  const [lng, lat, radius] = [circle.lng, circle.lat, circle.radius].map((each) =>
    Number(bind(each, scope)),
  );
  return { ...scope, ring: ringAround(lng ?? 0, lat ?? 0, radius ?? 0) };
}

export function bindDocument(document: Document, scope: Scope): Document {
  const members = Object.entries(document).map(
    ([key, value]) => [key, bind(value, scope)] as const,
  );
  return Object.fromEntries(members);
}

function bind(value: unknown, scope: Scope): unknown {
  if (value instanceof Name) return valueOf(value, scope);
  if (Array.isArray(value)) return value.map((item) => bind(item, scope));
  return isPlain(value) ? bindDocument(value, scope) : value;
}

function valueOf({ path }: Name, scope: Scope): unknown {
  let value: unknown = scope;
  for (const key of path.split('.')) value = isPlain(value) ? value[key] : undefined;
  if (value === undefined) throw new RangeError(`"${path}" has no value.`);
  return value;
}
