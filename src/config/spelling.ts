/**
 * "Did you mean …?": finds the known name that is nearest to a mistyped one.
 */

/** The largest distance of a name that was probably meant: less of a short one. */
function maxDistanceOf(written: string): number {
  return Math.min(3, Math.floor(bareLetters(written).length / 3));
}

/** The candidate that `written` was most likely meant to be; undefined when none is near. */
export function nearestName(
  written: string,
  candidates: Iterable<string>,
  maxDistance = maxDistanceOf(written),
): string | undefined {
  let nearest: string | undefined;
  let minDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const candidateDistance = nameDistance(written, candidate);
    if (candidateDistance < minDistance) {
      nearest = candidate;
      minDistance = candidateDistance;
    }
  }
  return minDistance <= maxDistance ? nearest : undefined;
}

/** Whether one name becomes the other by at most so many changes of a letter. */
export function isWithin(first: string, second: string, maxDistance: number): boolean {
  const from = bareLetters(first);
  const to = bareLetters(second);
  // Names of other lengths need no table, and they are most of an environment.
  return Math.abs(from.length - to.length) <= maxDistance && distance(from, to) <= maxDistance;
}

/**
 * How many letters have to be put in, taken out or replaced (Levenshtein), where upper and lower
 * case, accents, dots, underscores and hyphens make no difference.
 */
export function nameDistance(first: string, second: string): number {
  return distance(bareLetters(first), bareLetters(second));
}

function distance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + Number(from[row - 1] !== to[column - 1]);
      const changed = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, changed));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

function bareLetters(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}
