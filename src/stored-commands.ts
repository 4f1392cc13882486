/**
 * The commands that bring in, work out, show or save what is stored, without Strava, with their options:
 * `import`, `rebuild`, `export`, `page`, `query`, `list`, `show`, `open`, `backup` and `restore`.
 */
import type { Command, Help } from 'commander';
import { Option } from 'commander';
import type { Add, Perform } from './command-action.ts';
import { collect, requiredOption } from './command-action.ts';
import type { backup } from './features/backup/command.ts';
import type { restore } from './features/backup/restore-command.ts';
import type { exportActivities } from './features/export/command.ts';
import type { importExport } from './features/import/command.ts';
import type { list } from './features/list/command.ts';
import type { PageOptions } from './features/page/command.ts';
import type { rebuild } from './features/rebuild/command.ts';
import type { show } from './features/show/command.ts';

export function addImport(add: Add, perform: Perform): void {
  add('import', "store what Strava's bulk export has: activities and recordings, without requests")
    .option('--file <path>', 'the zip from Strava, or its folder; repeat it for more', collect, [])
    .option('--since <date>', 'from then on; the same forms as for sync')
    .option('--until <date>', 'up to the end of then; the same forms')
    .option('--sport <sport>', 'a sport_type of Strava, for example Run')
    .option('--athlete <id>', 'whose export it is, where it does not say so')
    .option(
      '--prefer <source>',
      'api or export: whose recording is kept where both have one (default: api; under RETENTION_DAYS, export)',
    )
    .option('--dry-run', 'read everything, write nothing, and print what there would be', false)
    .option('--no-wait', 'end with 75 instead of waiting for another process')
    .option('--json', 'print one JSON document', false)
    .action((options: Parameters<typeof importExport>[1]) =>
      perform(async (program) =>
        (await import('./features/import/command.ts')).importExport(program, options),
      ),
    );
}

export function addRebuild(add: Add, perform: Perform): void {
  add('rebuild', 'work out best efforts, tracks and the like again, without requests to Strava')
    .option('--athlete <id>', 'only of this athlete')
    .option('--all', 'also what this version has worked out, in case it was changed by hand', false)
    .option('--json', 'print one JSON document', false)
    .action((options: Parameters<typeof rebuild>[1]) =>
      perform(async (program) =>
        (await import('./features/rebuild/command.ts')).rebuild(program, options),
      ),
    );
}

export function addPage(add: Add, perform: Perform): void {
  add('page', 'open the page in the browser; serves it until Ctrl-C where no daemon does')
    .option('--no-browser', 'print the address only')
    .action((options: PageOptions) =>
      perform(
        async (program) => (await import('./features/page/command.ts')).page(program, options),
        {
          runsUntilStopped: true,
        },
      ),
    );
}

export function addExport(add: Add, perform: Perform): void {
  add('export', 'stored activities as GPX, GeoJSON, CSV or lines of JSON; on stdout, or with --out')
    .option('--format <format>', 'gpx, geojson, csv or ndjson; the ending of --out names it too')
    .option('--activity <id>', 'this activity alone')
    .option('--since <date>', 'from then on; the same forms as for sync')
    .option('--until <date>', 'up to the end of then; the same forms')
    .option('--sport <sport>', 'a sport_type of Strava, for example Run')
    .option('--country <country>', 'of the start: its code or English name, AT or Austria')
    .option('--place <name>', 'of the start: its city or region')
    .option('--athlete <id>', 'only of this athlete')
    .option('--out <path>', 'a file; a folder for a gpx file of each activity')
    .option('--force', 'replace files that exist', false)
    .option('--hide <lat,lng,metres>', 'leave this place out; repeat it for more', collect, [])
    .action((options: Parameters<typeof exportActivities>[1]) =>
      perform(async (program) =>
        (await import('./features/export/command.ts')).exportActivities(program, options),
      ),
    );
}

/** Its options beside the parameters of a question. The command reads all of them itself. */
export const queryOptions: readonly Option[] = [
  new Option('--since <date>', 'only activities from then on; the same forms as for sync'),
  new Option('--until <date>', 'only activities up to the end of then; the same forms'),
  new Option('--sport <sport>', 'only activities of this sport, a sport_type of Strava'),
  new Option('--country <country>', 'only starts there: its code or English name, AT or Austria'),
  new Option('--place <name>', 'only starts there: a city or region'),
  new Option('--units <units>', 'metric or imperial, in a table'),
  new Option('--raw', 'the stored values under their names, as --json and --csv have them'),
  new Option('--json', 'print one JSON document'),
  new Option('--csv', 'print CSV'),
  new Option('-h, --help', "this text; after a name, the question's parameters and an example"),
];

export function addQuery(add: Add, perform: Perform): void {
  const query = add(
    'query',
    'answer a question of the cookbook by its name; without one, list the questions',
  );
  query
    .configureHelp({ ...query.configureHelp(), visibleOptions: () => [...queryOptions] })
    .argument('[arguments...]', 'its name and parameters; NAME --help shows them')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (args: readonly string[], _options: unknown, command: Command) => {
      const { helpOf, isHelp } = await import('./features/query/help.ts');
      if (args.some(isHelp)) {
        const textOf = helpOf(args);
        const formatHelp = (_: Command, helper: Help): string => textOf?.(helper) ?? '';
        if (textOf !== undefined) command.configureHelp({ ...command.configureHelp(), formatHelp });
        command.help();
      }
      await perform(async (program) =>
        (await import('./features/query/command.ts')).query(program, args),
      );
    });
}

export function addList(add: Add, perform: Perform): void {
  add('list', 'the stored activities, the newest first')
    .option('--since <date>', 'from then on; the same forms as for sync')
    .option('--until <date>', 'up to the end of then; the same forms')
    .option('--sport <sport>', 'a sport_type of Strava, for example Run')
    .option('--country <country>', 'of the start: its code or English name, AT or Austria')
    .option('--place <name>', 'of the start: its city or region')
    .option('--athlete <id>', 'only of this athlete')
    .option('--min-distance <distance>', 'at least as far: 20km, 800m or 13.1mi')
    .option('--max-distance <distance>', 'at most as far')
    .option('--text <text>', 'with this text in the name or the description')
    .option('--limit <number>', 'how many', '20')
    .option('--units <units>', 'metric or imperial')
    .option('--json', 'print one JSON document with the stored values', false)
    .action((options: Parameters<typeof list>[1]) =>
      perform(async (program) =>
        (await import('./features/list/command.ts')).list(program, options),
      ),
    );
}

export function addShow(add: Add, perform: Perform): void {
  add('show', 'one activity: summary, laps, best efforts, climbs, lines of altitude and heart rate')
    .argument('<activity>', 'its id, or its address at Strava')
    .option('--units <units>', 'metric or imperial')
    .option('--json', 'print the stored document as JSON', false)
    .action((id: string, options: Parameters<typeof show>[2]) =>
      perform(async (program) =>
        (await import('./features/show/command.ts')).show(program, id, options),
      ),
    );
}

export function addOpen(add: Add, perform: Perform): void {
  add('open', 'view an activity on Strava in the browser')
    .argument('<activity>', 'its id')
    .action((id: string) =>
      perform(async (program) => (await import('./features/open/command.ts')).open(program, id)),
    );
}

export function addBackup(add: Add, perform: Perform): void {
  requiredOption(
    add('backup', 'write the database into a directory, as mongodump does, without the logins'),
    '--out <directory>',
    'where to; an earlier backup there is replaced',
  )
    .option('--with-tokens', 'with the logins', false)
    .action((options: Parameters<typeof backup>[1]) =>
      perform(async (program) =>
        (await import('./features/backup/command.ts')).backup(program, options),
      ),
    );
  requiredOption(
    add('restore', 'put a backup into the database, which has to be empty'),
    '--in <directory>',
    'what backup or mongodump wrote',
  )
    .option('--force', 'replace what is in the database', false)
    .action((options: Parameters<typeof restore>[1]) =>
      perform(async (program) =>
        (await import('./features/backup/restore-command.ts')).restore(program, options),
      ),
    );
}
