/** The table of activities in an export: what Strava writes of each, in the account's language. */
import type { SummaryRecord } from '../world/summary.ts';
import { exportDate, laterColumns, oldExportDate, untranslated } from './languages.ts';
import type { LanguageTexts } from './languages.ts';

/**
 * The columns of a time: 101 now, 80 in 2021 (names without a translation are HTML), ten in 2019 and
 * before (without the second group), where distances were metres until June 2019.
 */
export type TableLayout = '2026' | '2021' | '2019' | '2018';

/** What a row needs besides the API's summary. */
export interface ExportedRow {
  readonly summary: SummaryRecord;
  readonly description: string;
  /** The recording's start, in milliseconds. */
  readonly startMs: number;
  /** Empty for an activity that was entered by hand, `#error#` where Strava lost the file. */
  readonly file: string;
}

/** The header and a row for each activity. */
export function activityTable(
  rows: readonly ExportedRow[],
  texts: LanguageTexts,
  layout: TableLayout,
): readonly (readonly string[])[] {
  return [headerOf(texts, layout), ...rows.map((row) => cellsOf(row, texts, layout))];
}

const oldColumns = [0, 1, 2, 3, 4, 5, 6, 9, 11, 12];
const widths = { '2026': 101, '2021': 80, '2019': 10, '2018': 10 } as const;

function shaped(cells: readonly string[], layout: TableLayout): readonly string[] {
  if (layout === '2018' || layout === '2019') return oldColumns.map((at) => cells[at] ?? '');
  return Array.from({ length: widths[layout] }, (_, at) => cells[at] ?? '');
}

function headerOf(
  { first, second, locale }: LanguageTexts,
  layout: TableLayout,
): readonly string[] {
  const later =
    locale.startsWith('en') && layout !== '2021' ? laterColumns : laterColumns.map(untranslated);
  return shaped([...first, ...second, ...later], layout);
}

function cellsOf(row: ExportedRow, texts: LanguageTexts, layout: TableLayout): readonly string[] {
  const { summary, startMs } = row;
  const isOld = layout === '2018';
  const gear = typeof summary['gear_id'] === 'string' ? summary['gear_id'] : '';
  const first = [
    String(summary.id),
    isOld ? oldExportDate(startMs) : exportDate(startMs, texts),
    summary.name,
    texts.sports[summary.sport_type] ?? summary.sport_type,
    row.description,
    String(Math.round(summary.elapsed_time)),
    isOld ? String(summary.distance) : shownDistance(summary, texts),
    number(summary['max_heartrate']),
    number(summary['suffer_score']),
    String(summary['commute'] === true),
    '',
    gear === '' ? '' : `Gear ${gear.slice(-1)}`,
    row.file,
  ];
  const later: Readonly<Record<string, string>> = {
    Commute: summary['commute'] === true ? '1.0' : '0.0',
    'From Upload': summary.manual ? '0.0' : '1.0',
    'Sunrise Time': number(Math.floor(startMs / 86_400_000) * 86_400 + 21_600),
    'Sunset Time': number(Math.floor(startMs / 86_400_000) * 86_400 + 64_800),
    'Moon Phase': number((startMs % 2_551_442_877) / 2_551_442_877),
    Bike: gear.startsWith('b') ? `${gear.slice(1)}.0` : '',
    Gear: gear.startsWith('g') ? `${gear.slice(1)}.0` : '',
    Flagged: '0.0',
  };
  return shaped(
    [...first, ...secondGroup(summary), ...laterColumns.map((name) => later[name] ?? '')],
    layout,
  );
}

/** Kilometres with two decimals, cut and not rounded; metres with a separator of thousands for a swim. */
function shownDistance(
  { distance, sport_type }: SummaryRecord,
  { decimalComma }: LanguageTexts,
): string {
  if (sport_type === 'Swim') {
    return String(Math.round(distance)).replace(
      /(?<=\d)(?=(?:\d{3})+$)/g,
      decimalComma ? '.' : ',',
    );
  }
  const text = (Math.floor(distance / 10) / 100).toFixed(2);
  return decimalComma ? text.replace('.', ',') : text;
}

const secondKeys: readonly (string | undefined)[] = [
  ...[undefined, undefined, 'elapsed_time', 'moving_time', 'distance', 'max_speed'],
  ...['average_speed', 'total_elevation_gain', undefined, 'elev_low', 'elev_high', undefined],
  ...[undefined, undefined, undefined, undefined, 'average_cadence', 'max_heartrate'],
  ...['average_heartrate', 'max_watts', 'average_watts', undefined, undefined, 'average_temp'],
  ...['suffer_score', undefined],
];

function secondGroup(summary: SummaryRecord): readonly string[] {
  return secondKeys.map((key) => (key === undefined ? '' : number(summary[key])));
}

/** A float of 32 bits, printed long: `4.0`, `3322.949951171875`. */
function number(value: unknown): string {
  if (typeof value !== 'number') return '';
  const text = String(Math.fround(value));
  return Number.isInteger(Number(text)) ? `${text}.0` : text;
}
