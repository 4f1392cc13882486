/**
 * An answer for people: its columns, their headings, and each value in words and units.
 */
import { Long } from 'mongodb';
import type { Document } from 'mongodb';
import type { Scope } from '../../../queries/binding.ts';
import type { Recipe } from '../../../queries/recipe.ts';
import type { Column } from './fitted-table.ts';
import { fittedTable } from './fitted-table.ts';
import { headings, numberTexts } from './column-texts.ts';
import { instant, number } from './text-format.ts';
import type { Reader } from './time-text.ts';
import { timeText } from './time-text.ts';
import type { Units } from './units.ts';
import * as units from './units.ts';
import { cellText, columnsOf, member } from './columns.ts';

export interface Presentation {
  readonly recipe?: Pick<Recipe, 'groupedBy'>;
  readonly scope?: Scope;
  readonly units: Units;
  /** In columns of the terminal. */
  readonly width: number;
  /** Whose time zone instants have; without one they are in UTC. */
  readonly reader?: Reader;
}

/** What a value depends on beside itself. */
interface Context extends Presentation {
  readonly document: Document;
}

/** The columns that hold texts of any length. */
const free = new Set(['name', 'error', 'fields', 'sport_type', 'place']);

/** What the numbers of the view `best_efforts` are, by the effort. */
const effortKeys: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  best_distance: { size: 'meters', value: 'seconds' },
  best_power: { size: 'seconds', value: 'watts' },
  best_time: { size: 'seconds', value: 'meters' },
};

/** The column that is computed here; a pace stands there too. */
const rateColumn = 'speed';

/** The table, or blocks where it does not fit. */
export function presented(documents: readonly Document[], presentation: Presentation): string {
  const paths = withRate(documents, shownPaths(documents), presentation);
  const cells = documents.map((document) =>
    paths.map((path) => cellOf(path, { ...presentation, document })),
  );
  const columns = paths.map((path, index): Column => {
    const isNumber = documents.every((document, row) => {
      const value: unknown = path === rateColumn ? 0 : member(document, path);
      if (value === undefined || value === null) return true;
      return typeof value === 'number' && /^-?[\d.,]*/.exec(cells[row]?.[index] ?? '')?.[0] !== '';
    });
    const [heading, key] = [headingOf(path, presentation), lastKey(path)];
    return { heading, isNumber, isFree: free.has(key), isOptional: key === 'place' };
  });
  return fittedTable(columns, cells, presentation.width);
}

/** Without the athlete, who is the same in all, and the members of `_id` that stand beside it as well. */
function shownPaths(documents: readonly Document[]): readonly string[] {
  const paths = columnsOf(documents);
  return paths.filter(
    (path) =>
      path !== 'athlete_id' &&
      !(path.startsWith('_id.') && paths.includes(path.slice('_id.'.length))),
  );
}

/** With the pace or speed behind the moving time, where the sport is known. */
function withRate(
  documents: readonly Document[],
  paths: readonly string[],
  presentation: Presentation,
): readonly string[] {
  const hasRate = documents.some((document) => rateOf({ ...presentation, document }) !== '');
  if (!hasRate) return paths;
  return paths.flatMap((path) => (path === 'moving_time' ? [path, rateColumn] : [path]));
}

function rateOf(context: Context): string {
  const { distance: meters, moving_time: seconds } = context.document as Record<string, unknown>;
  if (typeof meters !== 'number' || typeof seconds !== 'number') return '';
  const sport = sportOf(context);
  return sport === undefined ? '' : units.rateText(meters / seconds, sport, context.units);
}

function sportOf({ document, recipe, scope }: Context): string | undefined {
  const grouped: unknown =
    recipe?.groupedBy === 'sport' ? document['_id'] : member(document, '_id.sport');
  const sport: unknown = document['sport_type'] ?? grouped ?? scope?.['sport'];
  return typeof sport === 'string' ? sport : undefined;
}

function headingOf(path: string, { recipe }: Presentation): string {
  const idWord = path === '_id' ? (recipe?.groupedBy ?? 'activity') : 'activity';
  const words = path.split('.').map((key) => (key === '_id' ? idWord : wordsOf(key)));
  const shown = path.startsWith('_id.') ? words.slice(1) : words;
  const text = shown.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function wordsOf(key: string): string {
  return headings[key] ?? key.replaceAll('_', ' ');
}

function cellOf(path: string, context: Context): string {
  if (path === rateColumn) return rateOf(context);
  const value = member(context.document, path);
  const effort: unknown = context.document['effort'];
  const key = lastKey(path);
  const known = (typeof effort === 'string' ? effortKeys[effort]?.[key] : undefined) ?? key;
  if (typeof value === 'number') return numberText(known, value, context);
  if (value instanceof Date) return timeOf(value, context);
  if (Array.isArray(value)) return value.map((one: unknown) => changeText(one)).join('; ');
  if (typeof value !== 'string') return cellText(value);
  if (key === 'start_date_local') return units.localTimeText(value);
  return key === 'effort' ? value.replaceAll('_', ' ') : value;
}

function numberText(key: string, value: number, context: Context): string {
  const write = numberTexts[key];
  if (write === undefined) return plainNumber(value);
  const { recipe, units: system } = context;
  return write(value, { groupedBy: recipe?.groupedBy, sport: sportOf(context), units: system });
}

function timeOf(at: Date, { reader }: Context): string {
  return reader === undefined ? instant(at) : timeText(at, reader);
}

function plainNumber(value: number): string {
  return Number.isInteger(value) ? number(value) : String(Math.round(value * 1_000) / 1_000);
}

/** "name: Morning Ride → Over the hills", for a member of a change's `fields`. */
function changeText(change: unknown): string {
  if (typeof change !== 'object' || change === null || Long.isLong(change)) return cellText(change);
  const { field, from, to } = change as Readonly<Record<string, unknown>>;
  return `${cellText(field)}: ${cellText(from)} → ${cellText(to)}`;
}

function lastKey(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
