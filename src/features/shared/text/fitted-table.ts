/**
 * Tables that fit the width of the terminal: long texts are shortened, and rows that still do not fit are
 * written as blocks of one line for each cell.
 */
import type { Program } from '../../../program.ts';
import { terminalText } from '../../../terminal-text.ts';
import { textWidth } from './text-width.ts';

export interface Column {
  readonly heading: string;
  readonly isNumber?: boolean;
  /** Whether its texts may be shortened. */
  readonly isFree?: boolean;
  /** Whether the table leaves it out where it would narrow the others too far; blocks have it. */
  readonly isOptional?: boolean;
}

/** The characters that a free column keeps at least. */
const minFreeWidth = 8;
/** The same beside an optional column. */
const minWidthBesideOptional = 14;
const gap = '  ';

/** Of the terminal, else of the variable COLUMNS; infinite where the output is no terminal. */
export function outputWidth({ stdout, env }: Pick<Program, 'stdout' | 'env'>): number {
  const own = 'columns' in stdout ? Number(stdout.columns) : 0;
  const told = own > 0 ? own : Number(env['COLUMNS']);
  return told > 0 ? told : Number.POSITIVE_INFINITY;
}

/** A heading and rows; a cell may hold any text, also of foreign origin. */
export function fittedTable(
  columns: readonly Column[],
  given: readonly (readonly string[])[],
  width: number,
): string {
  const headings = columns.map(({ heading }) => heading);
  const rows = [headings, ...given.map((row) => row.map(terminalText))];
  const widest = columns.map((_, index) =>
    Math.max(...rows.map((row) => textWidth(row[index] ?? ''))),
  );
  const isNeeded = (_: unknown, index: number): boolean => columns[index]?.isOptional !== true;
  const needed = columns.filter(isNeeded);
  const hasRoom =
    needed.length === columns.length ||
    shrink(columns, widest, width, minWidthBesideOptional) !== undefined;
  if (!hasRoom && shrink(needed, widest.filter(isNeeded), width) !== undefined) {
    const neededCells = given.map((row) => row.filter(isNeeded));
    return fittedTable(needed, neededCells, width);
  }
  const widths = shrink(columns, widest, width);
  if (widths === undefined) return blocks(headings, rows.slice(1), width);
  return rows
    .map((row) =>
      row
        .map((cell, index) => aligned(cell, widths[index] ?? 0, columns[index]?.isNumber === true))
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}

/** The widths of the columns, the widest free ones narrowed; undefined if they cannot fit. */
function shrink(
  columns: readonly Column[],
  widest: readonly number[],
  width: number,
  minWidth = minFreeWidth,
): readonly number[] | undefined {
  const widths = [...widest];
  let excess = widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1)) - width;
  while (excess > 0) {
    const free = widths.filter((_, index) => columns[index]?.isFree === true);
    const largest = Math.max(0, ...free);
    if (largest <= minWidth) return undefined;
    const index = widths.findIndex((each, at) => each === largest && columns[at]?.isFree === true);
    widths[index] = largest - 1;
    excess -= 1;
  }
  return widths;
}

function aligned(cell: string, width: number, isNumber: boolean): string {
  const text = shortened(cell, width);
  const space = ' '.repeat(Math.max(0, width - textWidth(text)));
  return isNumber ? space + text : text + space;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text, or as much of it as fits before an ellipsis. */
export function shortened(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    if (textWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** One line for each cell that is not empty, and an empty line between the rows. */
function blocks(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const before = Math.max(...headings.map((heading) => textWidth(heading)));
  return rows
    .map((row) =>
      headings
        .map((heading, index) => ({ heading, cell: row[index] ?? '' }))
        .filter(({ cell }) => cell !== '')
        .map(({ heading, cell }) => hanging(aligned(heading, before, false), cell, width))
        .join('\n'),
    )
    .join('\n\n');
}

/** A word and a text beside it, whose further lines begin below its first one. */
export function hanging(word: string, text: string, width: number): string {
  const indent = textWidth(word) + gap.length;
  const lines = wrapped(text, Math.max(minFreeWidth, width - indent));
  return word + gap + lines.join(`\n${' '.repeat(indent)}`);
}

/** Lines of at most that width, broken between words, or within one that is too long for a line. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const { segment } of graphemes.segment(word)) {
      if (textWidth(line + segment) > width) {
        lines.push(line);
        line = '';
      }
      line += segment;
    }
  }
  return [...lines, line];
}
