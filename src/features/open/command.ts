/**
 * `open`: shows an activity at Strava in the browser. It needs no database.
 */
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import type { Program } from '../../program.ts';
import { activityAddress, activityIdOf } from '../shared/activity-id.ts';
import { openBrowser } from '../shared/open-browser.ts';

/** Prints the address too, because there may be no browser. @throws UsageError */
export function open(program: Program, id: string): ExitCode {
  const address = activityAddress(activityIdOf(id));
  const { env, isTerminal } = program;
  openBrowser(address, { platform: process.platform, env, isTerminal });
  program.print(address);
  return exitCodes.done;
}
