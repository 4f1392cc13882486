/**
 * The lines of a progress display for a width. Pure: it reads no terminal and no clock.
 */
import { shortened } from '../text/fitted-table.ts';
import { textWidth } from '../text/text-width.ts';

/** One line with a bar. */
export interface BarRow {
  readonly label: string;
  readonly done: number;
  /** Absent where nobody knows it: then there is no bar. */
  readonly total?: number | undefined;
  /** Whether the total can still grow: then the bar is never full. */
  readonly isOpen?: boolean;
  /** What stands behind the bar, the longest wording first. */
  readonly notes: readonly string[];
}

const minBar = 5;
const maxBar = 40;
/** The brackets and the spaces around them. */
const barFrame = '[] '.length;

/**
 * One line for each row, with bars of one length that take what the texts leave of the width. A wording
 * that leaves no room for a bar gives way to the next one; below that, the bars go.
 */
export function barLines(rows: readonly BarRow[], width: number): readonly string[] {
  const labelWidth = Math.max(...rows.map(({ label }) => textWidth(label))) + 1;
  const choices = Math.max(...rows.map(({ notes }) => notes.length));
  for (let choice = 0; choice < choices; choice += 1) {
    const notes = rows.map((row) => row.notes[Math.min(choice, row.notes.length - 1)] ?? '');
    const noteWidth = Math.max(...notes.map((note) => textWidth(note)));
    const barWidth = Math.min(maxBar, usable(width) - labelWidth - barFrame - noteWidth);
    if (barWidth < minBar) continue;
    return rows.map((row, index) => {
      const frame = row.total === undefined ? ' '.repeat(barWidth + 2) : bar(row, barWidth);
      return `${padded(row.label, labelWidth)}${frame} ${notes[index] ?? ''}`.trimEnd();
    });
  }
  return rows.map(({ label, notes }) => {
    const before = padded(label, labelWidth);
    return shortened(
      before + longestFitting(notes, usable(width) - textWidth(before)),
      usable(width),
    );
  });
}

/** The longest wording that fits, shortened where even the last one does not. */
export function fittingLine(wordings: readonly string[], width: number): string {
  return shortened(longestFitting(wordings, usable(width)), usable(width));
}

function longestFitting(wordings: readonly string[], width: number): string {
  return wordings.find((each) => textWidth(each) <= width) ?? wordings.at(-1) ?? '';
}

/** A character in the last column makes some terminals wrap. */
function usable(width: number): number {
  return Math.max(1, width - 1);
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

function bar({ done, total = 0, isOpen = false }: BarRow, width: number): string {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const filled = Math.min(isOpen ? width - 1 : width, Math.floor(share * width));
  return `[${'='.repeat(filled)}${'-'.repeat(width - filled)}]`;
}
