/**
 * Reads a recording of the bulk export by what its bytes are; the name decides only where they do not.
 */
import type { RecordingResult } from '../domain/bulk-export/recorded-file.ts';
import { decodeFit } from './fit/decode-fit.ts';
import { findHeader } from './fit/parts.ts';
import { decodeGpx } from './gpx.ts';
import { inflate, isGzip } from './inflate.ts';
import { decodeTcx } from './tcx.ts';
import { encodingOf } from './xml.ts';

/** A day of TCX at a point a second has 40 MB. */
const defaultMaxBytes = 256e6;

/**
 * The recording in the bytes of one file: FIT, TCX or GPX, gzipped or not. It never throws for what
 * the file holds, and inflates to at most `maxBytes`.
 */
export function readRecording(
  path: string,
  bytes: Uint8Array,
  { maxBytes = defaultMaxBytes }: { readonly maxBytes?: number } = {},
): RecordingResult {
  if (bytes.length === 0) return { unreadable: 'it is empty' };
  const inflated = isGzip(bytes) ? inflate(bytes, maxBytes) : { bytes };
  if ('unreadable' in inflated) return inflated;
  if (inflated.bytes.length === 0) return { unreadable: 'it is empty' };
  const result = decode(path, inflated.bytes);
  return inflated.problem === undefined ? result : withProblem(result, inflated.problem);
}

function withProblem(result: RecordingResult, problem: string): RecordingResult {
  if ('unreadable' in result) return { unreadable: `${problem}; ${result.unreadable}` };
  const { columns, problems } = result.recording;
  return { recording: { columns, problems: [problem, ...problems] } };
}

function decode(path: string, bytes: Uint8Array): RecordingResult {
  const format = formatOf(bytes) ?? /\.(fit|tcx|gpx)(\.gz)?$/i.exec(path)?.[1]?.toLowerCase();
  if (format === 'fit') return decodeFit(bytes);
  if (format === 'tcx') return decodeTcx(bytes);
  if (format === 'gpx') return decodeGpx(bytes);
  return { unreadable: 'it is neither FIT nor TCX nor GPX' };
}

function formatOf(bytes: Uint8Array): string | undefined {
  if (findHeader(bytes.subarray(0, 14), 0) === 0) return 'fit';
  const start = new TextDecoder(encodingOf(bytes)).decode(bytes.subarray(0, 4096));
  const root = /<(?:[\w-]+:)?(TrainingCenterDatabase|gpx)\b/i.exec(start)?.[1]?.toLowerCase();
  return root === 'trainingcenterdatabase' ? 'tcx' : root;
}
