/**
 * Whether the fault suite runs at its full length (`npm run test:faults`) or in its short form (`-- --short`).
 */
export const isWhole = process.env['FAULTS'] === 'whole';

/** The value for the running form. */
export function scaled<T>(short: T, whole: T): T {
  return isWhole ? whole : short;
}
