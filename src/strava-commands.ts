/**
 * The commands that need Strava, with their options: `auth`, `sync`, `verify`, `get` and `webhook`.
 */
import type { Input } from './features/auth/details-offer.ts';
import type { Add, Perform } from './command-action.ts';
import { collect, rejectBoth, requiredOption } from './command-action.ts';
import type { get } from './features/get/command.ts';
import type { sync } from './features/sync/command.ts';
import type { verify } from './features/verify/command.ts';
import type { webhookSubscribe } from './features/webhooks/command.ts';

export function addAuth(add: Add, perform: Perform, input: Input): void {
  const authCommand = add('auth', 'log an athlete in at Strava; run it once for each athlete');
  rejectBoth(authCommand, 'details')
    .option('--code <code>', 'exchange this code instead of opening the browser')
    .option('--redirect-url <url>', 'take the code from this pasted address')
    .option('--refresh-token <token>', 'use a refresh token that exists already')
    .option('--no-browser', 'print the address only')
    .option('--details', 'fetch descriptions, laps and segment efforts of the athlete too')
    .option('--no-details', 'do not fetch them')
    .option('--force', 'have Strava ask for every scope again', false)
    .action(
      ({
        browser,
        force,
        ...given
      }: {
        browser: boolean;
        force: boolean;
        code?: string;
        redirectUrl?: string;
        refreshToken?: string;
        details?: boolean;
      }) =>
        perform(async (program) =>
          (await import('./features/auth/command.ts')).auth(
            program,
            { ...given, isBrowserWanted: browser, isForced: force },
            input,
          ),
        ),
    );
}

export function addSync(add: Add, perform: Perform): void {
  add('sync', 'run the job of the daemon once, or with --since backfill a period')
    .option(
      '--since <date>',
      'from then on: 2019, 2019-03, 2019-03-01, an RFC 3339 instant, 90d, today or yesterday',
    )
    .option('--until <date>', 'up to the end of then; the same forms')
    .option('--athlete <id>', 'only this athlete')
    .option('--activity <id>', 'fetch this activity again, with its details and streams')
    .option('--no-wait', 'end with 75 instead of waiting for the quota or for another process')
    .option('--dry-run', 'fetch the list only, and print what there would be to do', false)
    .option('--retry-parked', 'try what is parked of activities again now', false)
    .option('--json', 'print one JSON document', false)
    .action((options: Parameters<typeof sync>[1]) =>
      perform(async (program) =>
        (await import('./features/sync/command.ts')).sync(program, options),
      ),
    );
}

export function addGet(add: Add, perform: Perform): void {
  add('get', "any GET request of Strava's API for one athlete; prints its JSON, writes nothing")
    .argument('<path>', 'relative to the API, for example /athlete/clubs')
    .option('--param <key=value>', 'a parameter of the query; repeat it for more', collect, [])
    .option('--athlete <id>', 'as this athlete; needed if several have logged in')
    .option('--no-wait', 'end with 75 instead of waiting for the quota')
    .action((path: string, options: Omit<Parameters<typeof get>[1], 'path'>) =>
      perform(async (program) =>
        (await import('./features/get/command.ts')).get(program, { ...options, path }),
      ),
    );
}

export function addVerify(add: Add, perform: Perform): void {
  add('verify', 'compare everything with Strava, and print the proof or the differences')
    .option('--athlete <id>', 'only this athlete')
    .option('--fix', 'repair what differs', false)
    .option(
      '--accept-deletions',
      'repair, and remove what Strava does not have any more even where that is most of it',
      false,
    )
    .option('--no-wait', 'end with 75 instead of waiting for the quota or for another process')
    .option('--json', 'print one JSON document', false)
    .action((options: Parameters<typeof verify>[1]) =>
      perform(async (program) =>
        (await import('./features/verify/command.ts')).verify(program, options),
      ),
    );
}

export function addWebhook(add: Add, perform: Perform): void {
  const webhook = add(
    'webhook',
    'let Strava notify the daemon of new activities: subscribe, list, unsubscribe',
  );
  const subscribe = webhook
    .command('subscribe')
    .description(
      'create the subscription; the daemon must run and be reachable at the callback URL',
    );
  requiredOption(
    subscribe,
    '--callback-url <url>',
    'https://…; without a path, a secret one is made',
  )
    .option('--json', 'print one JSON document', false)
    .action((options: Parameters<typeof webhookSubscribe>[1]) =>
      perform(async (program) =>
        (await import('./features/webhooks/command.ts')).webhookSubscribe(program, options),
      ),
    );
  webhook
    .command('list')
    .description('what Strava has, and whether this database knows it')
    .option('--json', 'print one JSON document', false)
    .action((options: { json: boolean }) =>
      perform(async (program) =>
        (await import('./features/webhooks/command.ts')).webhookList(program, options),
      ),
    );
  webhook
    .command('unsubscribe')
    .description('end the subscription, at Strava and here')
    .option('--json', 'print one JSON document', false)
    .action((options: { json: boolean }) =>
      perform(async (program) =>
        (await import('./features/webhooks/command.ts')).webhookUnsubscribe(program, options),
      ),
    );
}
