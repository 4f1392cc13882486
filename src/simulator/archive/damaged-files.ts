/** Recordings of which nothing can be used, each as it was seen in real exports or is easily made. */
import { gzipSync } from 'node:zlib';
import { createRandom } from '../world/random.ts';
import { encodeFit } from './fit-encoder.ts';
import { encodeGpx } from './gpx-encoder.ts';
import { cutSamples } from './samples.ts';
import type { Samples } from './samples.ts';
import { encodeTcx } from './tcx-encoder.ts';

interface DamagedFile {
  readonly ending: string;
  readonly bytes: Uint8Array;
}

const nothing: Samples = { timeS: [] };
const text = (content: string): Uint8Array => Buffer.from(content);

/** The same recording on another day. */
function onAnotherDay(samples: Samples): Samples {
  return { ...samples, timeS: samples.timeS.map((second) => second + 3 * 86_400 + 7) };
}

/** Its first tenth. */
function start(samples: Samples): Samples {
  return cutSamples(samples, 0, Math.ceil(samples.timeS.length / 10));
}

function noise(length: number): Uint8Array {
  const random = createRandom('noise');
  return Uint8Array.from({ length }, () => random.integer(0, 255));
}

const byDamage = {
  empty: () => ({ ending: '.fit', bytes: text('') }),
  emptyGzip: () => ({ ending: '.fit.gz', bytes: gzipSync('') }),
  gzipHeaderOnly: (samples) => ({
    ending: '.fit.gz',
    bytes: gzipSync(encodeFit(samples)).subarray(0, 10),
  }),
  noGzip: () => ({ ending: '.gpx.gz', bytes: noise(4000) }),
  noise: () => ({ ending: '.fit', bytes: noise(4000) }),
  fitHeaderOnly: (samples) => ({ ending: '.fit', bytes: encodeFit(samples).subarray(0, 14) }),
  fitHalfHeader: (samples) => ({ ending: '.fit', bytes: encodeFit(samples).subarray(0, 7) }),
  fitWithoutRecords: () => ({ ending: '.fit.gz', bytes: gzipSync(encodeFit(nothing)) }),
  fitWithoutSignature: (samples) => {
    const bytes = Uint8Array.from(encodeFit(samples));
    bytes.set(text('TIF.'), 8);
    return { ending: '.fit', bytes };
  },
  fitUndated: (samples) => ({
    ending: '.fit',
    bytes: encodeFit(samples, { undatedRecords: samples.timeS.length }),
  }),
  tcxCutBeforePoints: (samples) => ({
    ending: '.tcx.gz',
    bytes: gzipSync(encodeTcx(samples).subarray(0, 250)),
  }),
  tcxCourse: (samples) => ({
    ending: '.tcx',
    bytes: text(
      Buffer.from(encodeTcx(samples, { isCourse: true }))
        .toString()
        .replace(/<Time>[^<]*<\/Time>/g, ''),
    ),
  }),
  tcxWithoutPoints: () => ({ ending: '.tcx', bytes: encodeTcx(nothing) }),
  gpxUntimed: (samples) => ({ ending: '.gpx', bytes: encodeGpx(samples, { isUntimed: true }) }),
  gpxCutBeforePoints: (samples) => ({ ending: '.gpx', bytes: encodeGpx(samples).subarray(0, 150) }),
  gpxWithoutPoints: () => ({ ending: '.gpx.gz', bytes: gzipSync(encodeGpx(nothing)) }),
  html: () => ({ ending: '.gpx', bytes: text('<!DOCTYPE html><title>Not found</title><br>') }),
  json: () => ({ ending: '.tcx', bytes: text('{"message": "Record Not Found"}') }),
  photo: () => ({
    ending: '.fit',
    bytes: Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, ...noise(500)]),
  }),
  zip: () => ({ ending: '.gpx', bytes: Uint8Array.from([0x50, 0x4b, 3, 4, ...noise(500)]) }),
  anotherDay: (samples) => ({
    ending: '.fit.gz',
    bytes: gzipSync(encodeFit(onAnotherDay(samples))),
  }),
  startOnly: (samples) => ({ ending: '.fit.gz', bytes: gzipSync(encodeFit(start(samples))) }),
} satisfies Record<string, (samples: Samples) => DamagedFile>;

export type Damage = keyof typeof byDamage;

/** All kinds of damage. */
export const damages = Object.keys(byDamage) as readonly Damage[];

/** What stands in the archive in place of the recording. */
export function damagedFile(damage: Damage, samples: Samples): DamagedFile {
  return byDamage[damage](samples);
}
