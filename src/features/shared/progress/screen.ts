/**
 * Lines at the bottom of a terminal that are drawn again and again, until they are taken away.
 */
import cliProgress from 'cli-progress';
import { screens } from './write-above.ts';

export interface Screen {
  /** Removes the lines and shows the cursor again. Idempotent. */
  readonly end: () => void;
}

/** Where the terminal does not tell its width. */
const defaultWidth = 80;
const drawingsPerSecond = 4;
const clearRestOfLine = '\u001B[K';

/**
 * Draws `rows` lines at once and several times a second; `linesOf` gives them for the terminal's width.
 * Where a terminal has such lines already, they stay alone.
 */
export function openScreen(
  stream: NodeJS.WriteStream,
  rows: number,
  linesOf: (width: number) => readonly string[],
): Screen {
  if (screens.has(stream)) return { end: () => undefined };
  let lines: readonly string[] = [];
  const bars = new cliProgress.MultiBar(
    {
      stream,
      fps: drawingsPerSecond,
      clearOnComplete: true,
      hideCursor: true,
      forceRedraw: true,
      format: (_options, _params, payload: { readonly row: number }) => lines[payload.row] ?? '',
    },
    cliProgress.Presets.legacy,
  );
  bars.on('update-pre', () => {
    lines = linesOf(stream.columns || defaultWidth);
  });
  for (let row = 0; row < rows; row += 1) bars.create(1, 0, { row });
  bars.update();
  const writeLines = (text: string): void => {
    bars.log(text.replaceAll('\n', `${clearRestOfLine}\n`));
    bars.update();
  };
  screens.set(stream, writeLines);
  return {
    end: () => {
      if (screens.get(stream) !== writeLines) return;
      screens.delete(stream);
      bars.stop();
    },
  };
}
