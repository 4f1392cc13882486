/**
 * The settings that `init` asks for, with where each value is found.
 */
import { applicationPage } from '../../config/formats.ts';
import type { Setting } from '../../config/settings.ts';
import { allSettings } from '../../config/settings.ts';

/** One question; its reply is the value of one of `settings`. */
export interface Question {
  readonly name: string;
  /** Where the value is found, and what no reply means. */
  readonly explanation: string;
  /** More than one are alternatives: at most one of them is set. */
  readonly settings: readonly [Setting, ...Setting[]];
  /** The setting that a reply is meant for. */
  readonly settingOf: (reply: string) => Setting;
  readonly isOptional: boolean;
}

const clientId = settingAt('strava.clientId');
const clientSecret = settingAt('strava.clientSecret');
const uri = settingAt('mongodb.uri');
const command = settingAt('notify.command');
const url = settingAt('notify.url');

export const questions: readonly Question[] = [
  {
    name: 'Client ID',
    explanation: `Your application at Strava has a page: ${applicationPage}. Without one, the page lets you create it: enter localhost as its "Authorization Callback Domain". The Client ID is the number there.`,
    settings: [clientId],
    settingOf: () => clientId,
    isOptional: false,
  },
  {
    name: 'Client Secret',
    explanation: 'The Client Secret is on the same page, behind "Show".',
    settings: [clientSecret],
    settingOf: () => clientSecret,
    isOptional: false,
  },
  {
    name: 'MongoDB',
    explanation: `The connection string of a MongoDB of your own, such as ${uri.example} or what MongoDB Atlas shows under "Connect". Without a reply, Domestique starts an embedded MongoDB by itself.`,
    settings: [uri],
    settingOf: () => uri,
    isOptional: true,
  },
  {
    name: 'Notifications',
    explanation: `Where the daemon tells you that an action is required: an address that takes a POST of JSON, such as ${url.example}, or a command line, such as ${command.example}. Without a reply, nowhere.`,
    settings: [command, url],
    settingOf: (reply) => (/^\w+:\/\//.test(reply) ? url : command),
    isOptional: true,
  },
];

function settingAt(keyPath: string): Setting {
  const found = allSettings.find((setting) => setting.keyPath === keyPath);
  if (found === undefined) throw new TypeError(`There is no setting ${keyPath}.`);
  return found;
}
