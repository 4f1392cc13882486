/** Cuts a recording to a part of it, in which time and distance begin at 0 again, as in the API's streams. */
import { isThere } from './recorded-distance.ts';
import type { RecordedColumn, RecordedColumns } from './recorded-file.ts';

/** The samples from `from` up to `to` (excluded). */
export function cutColumns(
  columns: RecordedColumns,
  { from, to }: { readonly from: number; readonly to: number },
): RecordedColumns {
  const { timeS, distance, ...others } = columns;
  const cut = Object.entries(others).map(([key, column]: [string, RecordedColumn]) => [
    key,
    column.slice(from, to),
  ]);
  return {
    timeS: timeS.slice(from, to),
    ...(distance && { distance: fromZero(distance.slice(from, to)) }),
    ...(Object.fromEntries(cut) as Omit<RecordedColumns, 'timeS' | 'distance'>),
  };
}

function fromZero(distance: RecordedColumn): RecordedColumn {
  const first = distance.find(isThere) ?? 0;
  return distance.map((meters) => (meters === null ? null : meters - first));
}
