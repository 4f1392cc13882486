/**
 * The area of `through`: corners as text, or a GeoJSON polygon as text or in a file.
 */
import { readFileSync, statSync } from 'node:fs';

/** Larger files are no drawn area. */
const maxBytes = 10_000_000;

/** The content where `given` names a file; else the text itself. */
export function polygonText(given: string): string {
  try {
    const { size } = statSync(given);
    return size <= maxBytes ? readFileSync(given, 'utf8') : given;
  } catch {
    return given;
  }
}
