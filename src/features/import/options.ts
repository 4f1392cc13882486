/**
 * The options of `import`, checked before anything is opened.
 */
import { resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { PreferredSource } from '../../domain/bulk-export/recording-plan.ts';
import type { Program } from '../../program.ts';
import type { ActivityFilter, FilterOptions } from '../shared/activity-filter.ts';
import { filterOf } from '../shared/activity-filter.ts';

export interface ImportOptions extends FilterOptions {
  readonly file: readonly string[];
  readonly dryRun: boolean;
  readonly prefer?: string;
  /** False with `--no-wait`. */
  readonly wait: boolean;
  readonly json: boolean;
}

export interface ImportOrder {
  readonly paths: readonly string[];
  readonly filter: ActivityFilter;
  readonly isDryRun: boolean;
  readonly prefer: PreferredSource;
  /** Whether it ends at once where another process holds the athlete. */
  readonly failIfHeld: boolean;
  readonly isJson: boolean;
}

/** @throws UsageError */
export function importOrderOf(program: Program, options: ImportOptions): ImportOrder {
  const { file, dryRun, wait, json } = options;
  if (file.length === 0 || file.includes(''))
    throw new UsageError(
      'Name the export with --file: the zip from Strava, or the folder that it was unpacked into.',
    );
  const places = file.map((path) => resolve(path));
  const repeated = file.find((_, index) => places.indexOf(places[index] ?? '') !== index);
  if (repeated !== undefined) throw new UsageError(`--file names ${repeated} twice.`);
  return {
    paths: file,
    filter: filterOf(options, program.clock.nowMs()),
    isDryRun: dryRun,
    prefer: preferredOf(program, options),
    failIfHeld: !wait,
    isJson: json,
  };
}

/** Under a retention, what came from the API expires: then the export's recording is the one to keep. */
function preferredOf({ config }: Program, { prefer }: ImportOptions): PreferredSource {
  if (prefer === undefined) return config.retentionDays === undefined ? 'api' : 'export';
  if (prefer === 'api' || prefer === 'export') return prefer;
  throw new UsageError(`--prefer takes api or export; not "${prefer}".`);
}
