/**
 * Where a daemon of this database serves the page to the browsers of this machine.
 */
import type { Database } from '../../main.ts';
import { runningDaemons } from '../../mongo/coordination/daemons.ts';
import type { Program } from '../../program.ts';

/** Its address, without a trailing slash; undefined where no daemon here serves one. */
export async function daemonPage(
  { host }: Program,
  { store, application }: Database,
): Promise<string | undefined> {
  const daemons = await runningDaemons(store, application, host);
  return daemons.find((daemon) => daemon.host === host && daemon.page !== undefined)?.page;
}
