/** The gazetteer of the installation: read when a place is asked for, and released when none is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gazetteer, Place } from '../../domain/derived/gazetteer.ts';
import { createGazetteer } from '../../domain/derived/gazetteer.ts';
import type { Point } from '../../domain/derived/track.ts';

/** The place of a start; undefined without a start, or far from every place. */
export type PlaceOf = (start: Point | undefined) => Place | undefined;

/** How long the gazetteer, of 5 MB, stays in memory after its last use. Reading it takes 10 ms. */
export const gazetteerIdleMs = 60_000;

const file = join(import.meta.dirname, 'gazetteer.bin');

/** @param read reads the gazetteer's file. */
export function createPlaceOf(read: () => Uint8Array): PlaceOf {
  let gazetteer: Gazetteer | undefined;
  let release: NodeJS.Timeout | undefined;

  return (start) => {
    if (start === undefined) return undefined;
    gazetteer ??= createGazetteer(read());
    release ??= setTimeout(() => {
      gazetteer = undefined;
      release = undefined;
    }, gazetteerIdleMs).unref();
    release.refresh();
    return gazetteer.nearest(start.coordinates);
  };
}

export const placeOf = createPlaceOf(() => readFileSync(file));
