/**
 * The options of `export`, checked before anything connects.
 */
import { extname } from 'node:path';
import type { HiddenPlace } from '../../domain/activity/hidden-places.ts';
import { parsePlace, placeForm } from '../../domain/activity/hidden-places.ts';
import { UsageError } from '../../errors.ts';
import type { Format, FormatName } from '../shared/recording-files/format.ts';
import { formats } from '../shared/recording-files/format.ts';
import type { Program } from '../../program.ts';
import type { ActivityFilter, FilterOptions } from '../shared/activity-filter.ts';
import { filterOf } from '../shared/activity-filter.ts';

export interface ExportOptions extends FilterOptions {
  readonly format?: string;
  readonly activity?: string;
  readonly out?: string;
  /** Replaces files that exist. */
  readonly force?: boolean;
  /** Places to leave out, as texts. */
  readonly hide?: readonly string[];
}

export interface ExportOrder {
  readonly name: FormatName;
  readonly format: Format;
  /** Only this activity. */
  readonly activityId?: number;
  readonly filter: ActivityFilter;
  /** A file or a folder; without it, the document goes to stdout. */
  readonly out?: string;
  /** `out` where it is a folder, with a file for each activity. */
  readonly folder?: string;
  readonly isForced: boolean;
  /** The places of the options and of the configuration. */
  readonly hidden: readonly HiddenPlace[];
}

/** @throws UsageError */
export function exportOrderOf({ clock, config }: Program, options: ExportOptions): ExportOrder {
  const { activity, since, until, sport, country, place, out } = options;
  if (out === '') throw new UsageError('--out takes the name of a file or a folder.');
  const name = formatOf(options);
  const format = formats[name];
  if (activity !== undefined && (since ?? until ?? sport ?? country ?? place) !== undefined) {
    throw new UsageError('--activity excludes --since, --until, --sport, --country and --place.');
  }
  if (format.isOneEach && activity === undefined && out === undefined) {
    throw new UsageError(
      `--format ${name} makes a file for each activity: name a folder or a .gpx file with --out, or one activity with --activity.`,
    );
  }
  const activityId = activityOf(activity);
  const isFolder =
    format.isOneEach &&
    activityId === undefined &&
    out !== undefined &&
    formatEnding(out) === undefined;
  return {
    name,
    format,
    filter: filterOf(options, clock.nowMs()),
    ...(activityId !== undefined && { activityId }),
    ...(out !== undefined && { out }),
    ...(isFolder && { folder: out }),
    isForced: options.force === true,
    hidden: [...config.export.hide, ...(options.hide ?? []).map(hiddenPlaceOf)],
  };
}

function hiddenPlaceOf(text: string): HiddenPlace {
  const place = parsePlace(text);
  if (place !== undefined) return place;
  throw new UsageError(`--hide takes ${placeForm}; not "${text}".`);
}

/** The named format, or that of the file's ending. */
function formatOf({ format, out }: ExportOptions): FormatName {
  const ending = formatEnding(out);
  if (format === undefined) {
    if (ending !== undefined) return ending;
    throw new UsageError(
      'Name the format: gpx, geojson, csv or ndjson, with --format or as the ending of --out.',
    );
  }
  if (!isFormatName(format))
    throw new UsageError(`--format takes gpx, geojson, csv or ndjson; not "${format}".`);
  if (ending === undefined || ending === format) return format;
  throw new UsageError(
    `--format ${format} contradicts the ending of --out ${out ?? ''}: leave one of them out.`,
  );
}

/** The format that the ending of a file names, if it is one. */
function formatEnding(out = ''): FormatName | undefined {
  const ending = extname(out).slice(1).toLowerCase();
  return isFormatName(ending) ? ending : undefined;
}

function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(formats, name);
}

function activityOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(`--activity takes an id of Strava, for example 19000000001; not "${text}".`);
}
