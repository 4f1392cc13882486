/**
 * Formats numbers, instants, counts and tables for people.
 */
import { terminalText } from '../../../terminal-text.ts';
import { textWidth } from './text-width.ts';

const thousands = new Intl.NumberFormat('en-US');

/** "1,162". */
export function number(value: number): string {
  return thousands.format(value);
}

/** "1 activity", "1,162 activities". */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${number(count)} ${count === 1 ? singular : plural}`;
}

/** "2026-11-22 14:15 UTC", with seconds where they are not zero. */
export function instant(at: Date): string {
  const [day = '', time = ''] = at.toISOString().split('T');
  const clock = time.slice(0, 8);
  return `${day} ${clock.endsWith(':00') ? clock.slice(0, 5) : clock} UTC`;
}

/** Rows of equal columns, two spaces apart. A cell may hold any text, also of foreign origin. */
export function table(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(terminalText));
  const widths = rows.reduce<number[]>(
    (max, row) => row.map((cell, column) => Math.max(textWidth(cell), max[column] ?? 0)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map(
          (cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - textWidth(cell))),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
