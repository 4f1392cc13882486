/** Milliseconds since the epoch, now. Nothing else of the page reads the clock. */
export function nowMs() {
  return Date.now();
}
