/**
 * Lets lines be written to a terminal on which something is drawn. Apart from the drawing, because every
 * command writes lines and few draw.
 */

/** Writes whole lines above what is drawn on a terminal. */
export const screens = new WeakMap<NodeJS.WritableStream, (lines: string) => void>();

/** Writes whole lines, above what is drawn. */
export function writeAbove(stream: NodeJS.WritableStream, lines: string): void {
  const write = screens.get(stream);
  if (write === undefined) stream.write(lines);
  else write(lines);
}
