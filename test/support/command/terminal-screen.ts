/**
 * What a terminal shows after an output: enough of a terminal's behaviour for lines, colours, and bars that
 * are drawn over each other.
 */

/** A control sequence, a line's end, or text. */
// eslint-disable-next-line no-control-regex
const tokens = /\u001B\[([0-9;?]*)([A-Za-z])|\r|\n|[^\u001B\r\n]+/g;

/** The lines without their spaces at the end; text beyond the last column wraps. */
export function screenOf(output: string, columns: number): readonly string[] {
  const rows: string[][] = [[]];
  let [row, column] = [0, 0];
  const lineAt = (index: number): string[] => (rows[index] ??= []);
  const put = (text: string): void => {
    for (const character of text) {
      if (columns > 0 && column >= columns) [row, column] = [row + 1, 0];
      const line = lineAt(row);
      while (line.length < column) line.push(' ');
      line[column] = character;
      column += 1;
    }
  };
  const control = (parameter: string, name: string): void => {
    const count = Number(parameter) || 1;
    if (name === 'A') row = Math.max(0, row - count);
    if (name === 'B') row += count;
    if (name === 'C') column += count;
    if (name === 'D') column = Math.max(0, column - count);
    if (name === 'G') column = count - 1;
    if (name === 'K') clearLine(lineAt(row), parameter, column);
    if (name === 'J') {
      clearLine(lineAt(row), '0', column);
      rows.length = row + 1;
    }
  };
  for (const [token, parameter = '', name] of output.matchAll(tokens)) {
    if (name !== undefined) control(parameter, name);
    else if (token === '\r') column = 0;
    else if (token === '\n') [row, column] = [row + 1, 0];
    else put(token);
  }
  const lines = Array.from({ length: rows.length }, (_, index) => lineAt(index).join('').trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The pieces of text that were written each without a move of the cursor. */
export function piecesOf(output: string): readonly string[] {
  return [...output.matchAll(tokens)].flatMap(([token, , name]) =>
    name === undefined && token !== '\r' && token !== '\n' ? [token] : [],
  );
}

/** 0 and nothing clear to the right, 2 the whole line. */
function clearLine(line: string[], parameter: string, column: number): void {
  if (parameter === '2') line.length = 0;
  else line.length = Math.min(line.length, column);
}
