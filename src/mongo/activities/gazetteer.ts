/** The gazetteer of the installation: read once, when the first place is asked for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gazetteer, Place } from '../../domain/derived/gazetteer.ts';
import { createGazetteer } from '../../domain/derived/gazetteer.ts';
import type { Point } from '../../domain/derived/track.ts';

const file = join(import.meta.dirname, 'gazetteer.bin');
let gazetteer: Gazetteer | undefined;

/** The place of a start; undefined without a start, or far from every place. */
export function placeOf(start: Point | undefined): Place | undefined {
  if (start === undefined) return undefined;
  gazetteer ??= createGazetteer(readFileSync(file));
  return gazetteer.nearest(start.coordinates);
}
