/**
 * `doctor`: checks what the program needs, one line for each finding, with what to do. It changes nothing,
 * starts nothing, and sends no request that Strava counts.
 */
import type { Config } from '../../config/config.ts';
import type { ExitCode } from '../../errors.ts';
import type { Program } from '../../program.ts';
import { createHttp } from '../../strava/http.ts';
import { terminalText } from '../../terminal-text.ts';
import { hanging, outputWidth } from '../shared/text/fitted-table.ts';
import { checkAthletes } from './athletes.ts';
import type { Check, Result } from './check.ts';
import { exitCodeOf, runChecks, worstOf } from './check.ts';
import type { Connection } from './connection.ts';
import { openConnection } from './connection.ts';
import { checkDisk } from './disk.ts';
import { checkFiles } from './files.ts';
import { checkLogins } from './logins.ts';
import { checkMongo } from './mongodb.ts';
import { assessNode } from './node.ts';
import { readSettings } from './settings.ts';
import { checkStrava } from './strava.ts';
import { checkWebhook } from './webhook.ts';

const maxCheckMs = 5_000;
/** Below the time of a check, so that it can say what was missing. */
const maxRequestMs = 4_000;

/** `program.config` is not used, because the settings may be wrong. Ends with 2 then, with 1 if anything else failed. */
export async function doctor(program: Program, { json }: { json: boolean }): Promise<ExitCode> {
  const { clock, signal, configSource, print } = program;
  const { config, findings } = readSettings(configSource);
  const checks: readonly Check[] = [
    { name: 'Node.js', run: () => [assessNode(process.versions.node)] },
    { name: 'Settings', run: () => findings },
    { name: 'Files', run: () => checkFiles(configSource, config) },
  ];
  const connecting = config && openConnection(program, config);
  try {
    const more = config && connecting ? checksOf(program, config, connecting) : [skippedChecks];
    const results = await runChecks([...checks, ...more], { clock, maxMs: maxCheckMs, signal });
    signal.throwIfAborted();
    print(json ? jsonOf(results) : textOf(results, outputWidth(program)));
    return exitCodeOf(results);
  } finally {
    await (await connecting)?.store?.close();
  }
}

const skippedChecks: Check = {
  name: 'Others',
  run: () => [
    {
      mark: 'skipped',
      found:
        'MongoDB, the logins, Strava, the webhook and the disk are checked once the settings are right.',
    },
  ],
};

function checksOf(
  { env, clock }: Program,
  config: Config,
  connecting: Promise<Connection>,
): readonly Check[] {
  const http = createHttp(maxRequestMs);
  const { clientId, oauthUrl } = config.strava;
  return [
    {
      name: 'MongoDB',
      run: async (signal) => checkMongo({ config, connection: await connecting, env }, signal),
    },
    { name: 'Logins', run: async () => checkLogins(config.tokenKeyFile, await connecting) },
    { name: 'Athletes', run: async () => checkAthletes(config.athlete, await connecting) },
    { name: 'Strava', run: (signal) => checkStrava({ http, oauthUrl, clock }, signal) },
    {
      name: 'Webhook',
      run: async (signal) => checkWebhook({ clientId, connection: await connecting, http }, signal),
    },
    { name: 'Disk', run: async () => checkDisk(config, await connecting) },
  ];
}

/** A line for each result, broken between words where the terminal is narrower. */
function textOf(results: readonly Result[], width: number): string {
  const [markLength, checkLength] = [
    Math.max(...results.map(({ mark }) => mark.length)),
    Math.max(...results.map(({ check }) => check.length)),
  ];
  return results
    .map(({ mark, check, found, advice }) => {
      const text = advice === undefined ? found : `${found} ${advice}`;
      const before = `${mark.padEnd(markLength)}  ${check.padEnd(checkLength)}`;
      return hanging(before, terminalText(text), width);
    })
    .join('\n');
}

function jsonOf(results: readonly Result[]): string {
  const checks = results.map(({ check, mark, found, advice }) => ({ check, mark, found, advice }));
  return JSON.stringify({ result: worstOf(results), checks });
}
