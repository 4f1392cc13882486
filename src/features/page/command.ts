/**
 * `page`: opens the daemon's page in the browser. Where no daemon of this database serves one on this
 * machine, it serves the page itself, which then only shows what is stored.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import type { Database } from '../../main.ts';
import { openDatabaseToRead } from '../../main.ts';
import type { Program } from '../../program.ts';
import { daemonPage } from '../shared/daemon-page.ts';
import { openBrowser } from '../shared/open-browser.ts';
import { servePage } from './listener.ts';

export interface PageOptions {
  /** Whether a browser is opened here. */
  readonly browser: boolean;
}

const watchMs = 3_600_000;

/** Prints the address too, because there may be no browser. @throws HttpServerError */
export async function page(program: Program, options: PageOptions): Promise<ExitCode> {
  const database = await openDatabaseToRead(program);
  try {
    const url = await daemonPage(program, database);
    if (url === undefined) await serveAlone(program, database, options);
    else show(program, url, options);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

async function serveAlone(
  program: Program,
  database: Database,
  options: PageOptions,
): Promise<void> {
  const { clock, log, signal } = program;
  const served = await servePage(program, { database: () => database });
  try {
    show(program, served.url, options);
    log.info('No daemon serves the page here, so this command does until Ctrl-C.');
    while (!signal.aborted) await clock.sleep(watchMs, signal);
  } finally {
    await served.close();
  }
}

function show({ env, isTerminal, print }: Program, url: string, { browser }: PageOptions): void {
  if (browser) openBrowser(url, { platform: process.platform, env, isTerminal });
  print(url);
}
