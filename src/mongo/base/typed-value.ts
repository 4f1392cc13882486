/**
 * Expressions of an update that read a stored field only where it has the right type: one that another
 * program or a hand wrote must not fail the update.
 */
import type { Document } from 'mongodb';

/** The value at a path such as `$sync`, or `otherwise` where it is absent or of another BSON type. */
export function ofType(
  path: string,
  type: 'object' | 'array' | 'date' | 'string',
  otherwise: unknown,
): Document {
  return { $cond: [{ $eq: [{ $type: path }, type] }, path, otherwise] };
}

/** The number at a path, or `otherwise`. */
export function ofNumber(path: string, otherwise: unknown): Document {
  return { $cond: [{ $isNumber: path }, path, otherwise] };
}
