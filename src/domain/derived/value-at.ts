/**
 * The value at an index, which must not be beyond the ends. After one read beyond them, V8 allocates an object
 * for each number that this function returns. A comparison of two routes then takes almost three times as long.
 */
export function valueAt(values: Float64Array, index: number): number {
  return values[index] ?? Number.NaN;
}
