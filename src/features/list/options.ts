/**
 * The options of `list`, checked before anything connects.
 */
import { UsageError } from '../../errors.ts';
import type { ActivityFilter, FilterOptions } from '../shared/activity-filter.ts';
import { filterOf } from '../shared/activity-filter.ts';
import type { Units } from '../shared/text/units.ts';
import { metersPerMile, readUnits } from '../shared/text/units.ts';

export interface ListOptions extends FilterOptions {
  readonly minDistance?: string;
  readonly maxDistance?: string;
  readonly text?: string;
  readonly limit: string;
  readonly units?: string;
  readonly json: boolean;
}

export interface ListOrder {
  readonly filter: ActivityFilter;
  readonly minMeters?: number;
  readonly maxMeters?: number;
  readonly text?: string;
  readonly limit: number;
  readonly units?: Units;
}

/** @throws UsageError */
export function listOrderOf(options: ListOptions, nowMs: number): ListOrder {
  const { text, limit, units } = options;
  if (!/^[1-9]\d{0,6}$/.test(limit)) {
    throw new UsageError(`--limit takes a whole number above 0; not "${limit}".`);
  }
  const minMeters = metersOf('--min-distance', options.minDistance);
  const maxMeters = metersOf('--max-distance', options.maxDistance);
  return {
    filter: filterOf(options, nowMs),
    ...(minMeters !== undefined && { minMeters }),
    ...(maxMeters !== undefined && { maxMeters }),
    ...(text !== undefined && { text }),
    ...(units !== undefined && { units: readUnits(units) }),
    limit: Number(limit),
  };
}

const unitMeters: Readonly<Record<string, number>> = { m: 1, km: 1_000, mi: metersPerMile };

function metersOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, value, unit = ''] = /^(\d+(?:\.\d+)?) ?(m|km|mi)$/.exec(text) ?? [];
  const meters = Number(value) * (unitMeters[unit] ?? Number.NaN);
  if (!Number.isNaN(meters)) return meters;
  throw new UsageError(
    `${option} takes a distance with its unit, 20km, 800m or 13.1mi; not "${text}".`,
  );
}
