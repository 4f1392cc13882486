/**
 * An activity as one line of JSON: Strava's record with `streams` as one more field.
 */
import type { Recording } from '../../../domain/activity/recording.ts';
import { jsonText } from '../text/json-text.ts';

/** The line in pieces; `streams` is null if none are stored. */
export function* ndjsonOf({ record, streams }: Recording): Generator<string> {
  const fields = Object.entries(record).filter(([key]) => key !== 'streams');
  const text = jsonText(Object.fromEntries(fields));
  yield `${fields.length === 0 ? '{' : `${text.slice(0, -1)},`}"streams":`;
  if (streams === undefined) {
    yield 'null}\n';
    return;
  }
  let before = '{';
  for (const [key, samples] of streams.arrays) {
    yield `${before}${jsonText(key)}:${JSON.stringify(samples)}`;
    before = ',';
  }
  yield streams.arrays.size === 0 ? '{}}\n' : '}}\n';
}
