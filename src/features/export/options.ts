/**
 * The options of `export`, checked before anything connects.
 */
import { UsageError } from '../../errors.ts';
import type { Format, FormatName } from './format.ts';
import { formats } from './format.ts';
import type { Program } from '../../program.ts';
import type { ActivityFilter, FilterOptions } from '../shared/activity-filter.ts';
import { filterOf } from '../shared/activity-filter.ts';

export interface ExportOptions extends FilterOptions {
  readonly format: string;
  readonly activity?: string;
  readonly out?: string;
}

export interface ExportOrder {
  readonly name: FormatName;
  readonly format: Format;
  /** Only this activity. */
  readonly activityId?: number;
  readonly filter: ActivityFilter;
  /** A file, or a folder for a format of one activity per file; without it, the document goes to stdout. */
  readonly out?: string;
}

/** @throws UsageError */
export function exportOrderOf({ clock }: Program, options: ExportOptions): ExportOrder {
  const { activity, since, until, sport, out } = options;
  const name = formatNamed(options.format);
  const format = formats[name];
  if (activity !== undefined && (since ?? until ?? sport) !== undefined) {
    throw new UsageError('--activity excludes --since, --until and --sport.');
  }
  if (out === '') throw new UsageError('--out takes the name of a file or a folder.');
  if (format.isOneEach && activity === undefined && out === undefined) {
    throw new UsageError(
      `--format ${name} makes a file for each activity: name a folder with --out, or one activity with --activity.`,
    );
  }
  const activityId = activityOf(activity);
  return {
    name,
    format,
    filter: filterOf(options, clock.nowMs()),
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

function activityOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--activity takes an id of Strava, for example 19000000001; not "${text}".`);
}
