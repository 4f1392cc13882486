/**
 * Whether the fault suite runs whole (`npm run test:faults`) or in the form that fits into `npm test`.
 */
export const isWhole = process.env['FAULTS'] === 'whole';

/** The value for the running form. */
export function scaled<T>(short: T, whole: T): T {
  return isWhole ? whole : short;
}
