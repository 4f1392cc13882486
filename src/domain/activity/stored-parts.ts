/** Checks that the stored parts of a recording belong together and are complete. */

export interface StoredPart {
  /** From 0. */
  readonly part: number;
  /** Number of parts. */
  readonly parts: number;
  /** Number of samples in the whole recording. */
  readonly sampleCount: number;
  /** The same for all parts of one write. */
  readonly write: string;
  /** The number of samples of each stream in this part. */
  readonly lengths: ReadonlyMap<string, number>;
}

/** Whether all parts exist, come from one write, and have a value of each stream for each sample. */
export function arePartsWhole(
  stored: readonly StoredPart[],
  sampleCount: number | undefined,
): boolean {
  const parts = [...stored].sort((one, other) => one.part - other.part);
  const [first] = parts;
  if (first?.parts !== parts.length) return false;
  if (sampleCount !== undefined && first.sampleCount !== sampleCount) return false;
  const isInPlace = parts.every((one, index) => one.part === index && isSameWrite(first, one));
  return isInPlace && parts.every(isAligned) && isComplete(parts, first);
}

function isSameWrite(one: StoredPart, other: StoredPart): boolean {
  return (
    one.parts === other.parts && one.sampleCount === other.sampleCount && one.write === other.write
  );
}

function isAligned({ lengths }: StoredPart): boolean {
  return new Set(lengths.values()).size === 1;
}

function isComplete(parts: readonly StoredPart[], first: StoredPart): boolean {
  return [...first.lengths.keys()].every((key) => {
    const lengths = parts.map((part) => part.lengths.get(key) ?? Number.NaN);
    return lengths.reduce((sum, length) => sum + length, 0) === first.sampleCount;
  });
}
