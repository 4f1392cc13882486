/**
 * What a login says at its end: who it is, what was granted, what will be missing, what comes next.
 */
import { missingScopes } from '../../domain/auth/scope.ts';
import { commandLine } from '../../domain/invocation.ts';
import type { Login } from './athlete.ts';
import { terminalText } from '../../terminal-text.ts';
import type { OtherLogins } from '../../mongo/tokens/other-applications.ts';
import { describeOthers } from '../shared/other-applications.ts';
import { counted } from '../shared/text/text-format.ts';

export interface LoginReport {
  readonly login: Login;
  readonly wantedScopes: readonly string[];
  /** Every athlete who is logged in with the application now. */
  readonly athleteIds: readonly number[];
  readonly others: OtherLogins;
  /** The application that the athlete logged in with. */
  readonly clientId: string;
  /** What became of the offer of the details, one sentence. */
  readonly details?: string | undefined;
}

export function describeLogin(report: LoginReport): string {
  const { login, wantedScopes, athleteIds, others, details } = report;
  const othersSentence = describeOthers(others);
  return [
    `Logged in as ${nameOf(login)}. The activities of this athlete will be synced.`,
    ...describeMove(report),
    ...describeScopes(login, wantedScopes),
    ...(athleteIds.length > 1
      ? [`Logged in are now ${counted(athleteIds.length, 'athlete')}: ${athleteIds.join(', ')}.`]
      : []),
    ...(details === undefined ? [] : [details]),
    ...(othersSentence === undefined ? [] : [othersSentence]),
    `Next: ${commandLine('start')} keeps everything current; ${commandLine('sync')} does it once.`,
    `For another athlete, log out of Strava in the browser and run ${commandLine('auth')} again.`,
  ].join('\n');
}

function describeMove({ login: { movedFrom }, clientId }: LoginReport): readonly string[] {
  if (movedFrom === undefined) return [];
  return [
    `The athlete's login belonged to the application ${movedFrom}, and belongs to ${clientId} from now on: ${movedFrom} no longer syncs this athlete. Strava still lists the access of ${movedFrom}, which was not revoked.`,
  ];
}

function describeScopes({ scope }: Login, wanted: readonly string[]): readonly string[] {
  if (scope === undefined) return ['Strava did not say what was granted.'];
  const missing = missingScopes(wanted, scope);
  const completed = `Granted: ${scope.map(terminalText).join(', ')}.`;
  if (missing.length === 0) return [completed];
  return [
    completed,
    'Not granted, so that something will be missing:',
    ...missing.map(({ scope: name, consequence }) => `  ${name}: ${consequence}.`),
    `To change that, run ${commandLine('auth')} again and leave every box ticked.`,
  ];
}

/** "Anna Example (athlete 1001)", or the id alone where there is no name. */
export function nameOf({ athleteId, profile }: Login): string {
  const name = [profile['firstname'], profile['lastname']]
    .filter((part) => typeof part === 'string')
    .map((part) => terminalText(part).trim())
    .filter((part) => part !== '')
    .join(' ');
  return name === '' ? `athlete ${athleteId}` : `${name} (athlete ${athleteId})`;
}
