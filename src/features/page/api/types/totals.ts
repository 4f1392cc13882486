/**
 * The JSON of `totals` and `streaks`.
 */

export type TotalsBy = 'day' | 'week' | 'month' | 'year' | 'sport' | 'weekday';

/** `GET /api/v1/totals?by=week&athlete=ID&sport=Ride`. */
export interface Totals {
  readonly by: TotalsBy;
  readonly rows: readonly {
    /** "2026-11-22", "2026-W47", "2026-11", "2026", "Ride", or "1" (Monday) to "7". */
    readonly key: string;
    readonly activities: number;
    readonly distance: number;
    readonly movingTime: number;
    readonly climbing: number;
  }[];
}

/** `GET /api/v1/streaks?athlete=ID&sport=Ride`: series of days with an activity, the longest first. */
export interface Streaks {
  readonly rows: readonly { readonly from: string; readonly to: string; readonly days: number }[];
}
