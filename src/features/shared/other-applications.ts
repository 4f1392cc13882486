/**
 * What is said about the athletes of other applications in the same database.
 */
import { commandLine } from '../../domain/invocation.ts';
import type { Database } from '../../main.ts';
import type { Application } from '../../mongo/schema/definitions/application.ts';
import { everyApplication } from '../../mongo/schema/definitions/application.ts';
import type { OtherLogins } from '../../mongo/tokens/other-applications.ts';
import { otherLogins } from '../../mongo/tokens/other-applications.ts';
import type { Program } from '../../program.ts';
import { counted } from './text/text-format.ts';

/** One sentence; undefined where there are no others. */
export function describeOthers({ athletes, clientIds }: OtherLogins): string | undefined {
  if (athletes === 0) return undefined;
  const verb = athletes === 1 ? 'belongs' : 'belong';
  const kind = clientIds.length === 1 ? 'another application' : 'other applications';
  return `${counted(athletes, 'athlete')} ${verb} to ${kind} (${clientIds.join(', ')}) and will be left alone.`;
}

/** That no athlete of the application has logged in, who else has, and what to do. */
export function describeNoAthlete(application: Application, others: OtherLogins): string {
  const sentence = describeOthers(others);
  if (application === everyApplication || sentence === undefined)
    return `Nobody has logged in yet. Run: ${commandLine('auth')}`;
  return `Nobody has logged in with the application ${application} yet. ${sentence} Run: ${commandLine('auth')}, or set STRAVA_CLIENT_ID to the application that you mean.`;
}

/** Logs how many athletes belong to other applications, if there are any. */
export async function logOthers({ log }: Program, { store, application }: Database): Promise<void> {
  const sentence = describeOthers(await otherLogins(store, application));
  if (sentence !== undefined) log.info(sentence);
}
