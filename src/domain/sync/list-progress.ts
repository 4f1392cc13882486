/**
 * Whether pagination gets on. A list that ignores what was asked shows the same records without end, and
 * would spend the quota. Pure.
 */
import type { ListRequest } from './list-coverage.ts';

/** One page as it came. */
export interface SeenPage {
  readonly request: ListRequest;
  /** The usable starts among its records, in whole seconds. */
  readonly startsS: readonly number[];
  /** Equal for two pages with the same records; empty for an empty page. */
  readonly key: string;
}

/** Why a page says that the list ignores the request; `previous` is the athlete's page before. */
export function progressProblem(
  { request, startsS, key }: SeenPage,
  previous: SeenPage | undefined,
): string | undefined {
  const { beforeS, page } = request;
  // Whether the bound itself is included is not documented.
  const isOutside = beforeS !== undefined && startsS.every((startS) => startS > beforeS);
  if (isOutside && startsS.length > 0)
    return `it shows only activities from after ${new Date(beforeS * 1_000).toISOString()}, although earlier ones were requested`;
  if (previous === undefined || key === '' || previous.key !== key) return undefined;
  const isNeighbor =
    previous.request.beforeS === beforeS && Math.abs(previous.request.page - page) === 1;
  return isNeighbor
    ? `pages ${previous.request.page} and ${page} show the same activities`
    : undefined;
}
