/**
 * The options of `export`, checked before anything connects.
 */
import { dayMs as oneDayMs } from '../../domain/duration.ts';
import { parseSince, periodExamples } from '../../domain/sync/period.ts';
import { UsageError } from '../../errors.ts';
import type { Format, FormatName } from './format.ts';
import { formats } from './format.ts';
import type { RecordingQuery } from '../../mongo/streams/recordings.ts';
import type { Program } from '../../program.ts';

export interface ExportOptions {
  readonly format: string;
  readonly activity?: string;
  readonly since?: string;
  readonly athlete?: string;
  readonly out?: string;
}

export interface ExportOrder {
  readonly name: FormatName;
  readonly format: Format;
  /** Only this activity. */
  readonly activityId?: number;
  readonly query: RecordingQuery;
  /** A file, or a folder for a format of one activity per file; without it, the document goes to stdout. */
  readonly out?: string;
}

/** @throws UsageError */
export function exportOrderOf({ clock }: Program, options: ExportOptions): ExportOrder {
  const { activity, since, athlete, out } = options;
  const name = formatNamed(options.format);
  const format = formats[name];
  if (activity !== undefined && since !== undefined) {
    throw new UsageError('--activity and --since exclude each other.');
  }
  if (out === '') throw new UsageError('--out takes the name of a file or a folder.');
  if (format.isOneEach && activity === undefined && out === undefined) {
    throw new UsageError(
      `--format ${name} makes a file for each activity: name a folder with --out, or one activity with --activity.`,
    );
  }
  const activityId = idOf('--activity', activity, '19000000001');
  const athleteId = idOf('--athlete', athlete, '1001');
  const sinceAt = readSince(since, clock.nowMs());
  return {
    name,
    format,
    query: { ...(athleteId !== undefined && { athleteId }), ...(sinceAt && { since: sinceAt }) },
    ...(activityId !== undefined && { activityId }),
    ...(out !== undefined && { out }),
  };
}

function formatNamed(name: string): FormatName {
  if (isFormatName(name)) return name;
  throw new UsageError(`--format takes gpx, geojson, csv or ndjson; not "${name}".`);
}

function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(formats, name);
}

function idOf(option: string, text: string | undefined, example: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`${option} takes an id of Strava, for example ${example}; not "${text}".`);
}

/** `90d` counts whole days, as in `sync`. */
function readSince(text: string | undefined, nowMs: number): Date | undefined {
  if (text === undefined) return undefined;
  const at = parseSince(text, Math.floor(nowMs / oneDayMs) * oneDayMs);
  if (at) return at;
  throw new UsageError(`--since takes ${periodExamples}; not "${text}".`);
}
