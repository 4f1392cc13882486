/**
 * Compares secrets in a time that says nothing about them.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
