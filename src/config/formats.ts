/**
 * The strict formats of settings, registered with convict under their names. convict's own formats
 * coerce loosely: its `nat` reads "7x" as 7. A format here takes a text exactly or reports a problem.
 */
import convict from 'convict';
import { validate as isCronExpression } from 'node-cron';

import { sportTypes } from '../domain/activity/sports.ts';
import type { AthleteValue, Sex } from '../domain/athlete-settings.ts';
import { parseAthleteValues } from '../domain/athlete-settings.ts';
import { parseDuration, writeDuration } from '../domain/duration.ts';
import type { HiddenPlace } from '../domain/activity/hidden-places.ts';
import { parsePlaces, placeForm } from '../domain/activity/hidden-places.ts';
import { parseSince, periodExamples } from '../domain/sync/period.ts';
import { addressFormats } from './address-formats.ts';
import { nearestName } from './spelling.ts';

/** The page where the owner of an application finds its id and secret. */
export const applicationPage = 'https://www.strava.com/settings/api';

/** The limits that a setting gives to its format. Lengths of time are in milliseconds. */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
}

export interface Format<T = unknown> {
  /** What the format accepts, worded to follow "must be". */
  readonly accepts: (limits: Limits) => string;
  /** The value of a text, or the text itself where it has none. */
  readonly coerce?: (text: string) => T | string;
  /** What is wrong with a coerced value, worded to follow the setting's name. */
  readonly problem: (value: T, limits: Limits) => string | undefined;
  /** Whether a message may repeat a wrong value. */
  readonly isEchoed?: boolean;
  /** Replaces the secret parts of a value. */
  readonly mask?: (text: string) => string;
}

/** See https://developers.strava.com/docs/authentication/#details-about-requesting-access. */
const knownScopes = [
  'read',
  'read_all',
  'profile:read_all',
  'profile:write',
  'activity:read',
  'activity:read_all',
  'activity:write',
];

const severalValues = 'several between commas, no two for the same athletes';

export const formats = {
  /** Plain decimal digits. */
  'whole-number': echoed<number>({
    accepts: ({ min = 0, max }) =>
      `a whole number ${max === undefined ? `of at least ${min}` : `from ${min} to ${max}`}`,
    coerce: (text) => wholeNumber(text) ?? text,
    isValid: isWithin,
  }),
  /** Milliseconds of a text such as `15m`. */
  duration: echoed<number>({
    accepts: ({ min = 0, max = 0 }) =>
      `a length of time from ${writeDuration(min)} to ${writeDuration(max)}, with its unit (ms, s, m, h, d)`,
    coerce: (text) => parseDuration(text) ?? text,
    isValid: isWithin,
  }),
  switch: echoed<boolean>({
    accepts: () => 'true or false',
    coerce: (text) => (text === 'true' || text === 'false' ? text === 'true' : text),
    isValid: (value) => typeof value === 'boolean',
  }),
  choice: echoed<string>({
    accepts: ({ choices = [] }) => `one of ${choices.join(', ')}`,
    isValid: (value, { choices = [] }) => choices.includes(value),
  }),
  /** Without a scope to read activities there is nothing to mirror. */
  scopes: echoed<readonly string[]>({
    accepts: () =>
      `scopes of Strava between commas, activity:read_all or activity:read among them (${knownScopes.join(', ')})`,
    coerce: (text) => [...new Set(text.split(',').map((scope) => scope.trim()))],
    isValid: (value) =>
      value.every((scope) => knownScopes.includes(scope)) &&
      (value.includes('activity:read') || value.includes('activity:read_all')),
  }),
  sports: {
    accepts: () => 'sport types of Strava between commas',
    coerce: (text: string) => [...new Set(text.split(',').map((sport) => sport.trim()))],
    problem: sportsProblem,
    isEchoed: true,
  },
  heartrates: echoed<readonly AthleteValue<number>[]>({
    accepts: ({ min = 0, max = 0 }) =>
      `a whole number from ${min} to ${max}, for one athlete as ID:NUMBER; ${severalValues}`,
    coerce: (text) => parseAthleteValues(text, wholeNumber) ?? text,
    isValid: (values, limits) =>
      Array.isArray(values) && values.every(({ value }) => isWithin(value, limits)),
  }),
  sexes: echoed<readonly AthleteValue<Sex>[]>({
    accepts: () => `male or female, for one athlete as ID:SEX; ${severalValues}`,
    coerce: (text) => parseAthleteValues(text, sexOf) ?? text,
    isValid: (values) => Array.isArray(values),
  }),
  /** The value stays a text, because `90d` depends on the present. */
  since: echoed<string>({
    accepts: () => `a date or a length of time ago (${periodExamples})`,
    isValid: (value) => parseSince(value, 0) !== undefined,
  }),
  cron: echoed<string>({
    accepts: () => 'five cron fields, or six with the seconds first',
    isValid: (value) =>
      [5, 6].includes(value.trim().split(/\s+/).length) && isCronExpression(value),
  }),
  /** Not repeated, because it says where somebody lives. */
  places: withRule<readonly HiddenPlace[]>({
    accepts: () => `${placeForm}; several between semicolons`,
    coerce: (text) => parsePlaces(text) ?? text,
    isValid: (value) => Array.isArray(value),
  }),
  timezone: echoed<string>({
    accepts: () => 'the name of a time zone in the IANA database',
    isValid: isTimezone,
  }),
  /** A wrong value is not repeated, because it may be the secret. */
  'client-id': {
    accepts: () => 'digits',
    problem: (value: string) =>
      /^\d{1,20}$/.test(value)
        ? undefined
        : `must be digits only: it is the number called Client ID at ${applicationPage}, not the application's name or secret`,
  },
  'client-secret': {
    accepts: () => 'one word of plain characters',
    problem: clientSecretProblem,
  },
  /** A command line can hold a secret, so it is not repeated. */
  'command-line': withRule<string>({ accepts: () => 'a command line', isValid: isFilled }),
  /** Shown to people. */
  line: echoed<string>({ accepts: () => 'one line of text', isValid: isLine }),
  path: withRule<string>({ accepts: () => 'a path', isValid: isFilled }),
  ...addressFormats,
};

export type FormatName = keyof typeof formats;

/** The type of a format's values. */
export type FormatValue<F extends FormatName> = Parameters<(typeof formats)[F]['problem']>[0];

/** The format of that name, for callers that do not know which it is. */
export function formatOf(name: FormatName): Format {
  return formats[name] as Format;
}

for (const name of Object.keys(formats) as FormatName[]) {
  const { coerce = (text: string) => text, problem } = formatOf(name);
  const validate = (value: unknown, limits: Limits & { readonly default: unknown }): void => {
    const found = value === null ? 'is missing' : problem(value, limits);
    if (found !== undefined) throw new Error(found);
  };
  convict.addFormat({ name, coerce, validate });
}

interface Rule<T> extends Omit<Format<T>, 'problem'> {
  readonly isValid: (value: T, limits: Limits) => boolean;
}

/** A format with one rule. */
function withRule<T>({ isValid, ...format }: Rule<T>): Format<T> {
  return {
    ...format,
    problem: (value, limits) =>
      isValid(value, limits) ? undefined : `must be ${format.accepts(limits)}`,
  };
}

/** A format with one rule, for values that cannot be secret. */
function echoed<T>(rule: Rule<T>): Format<T> {
  return withRule({ ...rule, isEchoed: true });
}

function wholeNumber(text: string): number | undefined {
  return /^(0|[1-9]\d*)$/.test(text) ? Number(text) : undefined;
}

function sexOf(text: string): Sex | undefined {
  return text === 'male' || text === 'female' ? text : undefined;
}

function isWithin(value: unknown, { min = 0, max = Number.MAX_SAFE_INTEGER }: Limits): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function isFilled(value: string): boolean {
  return value.trim() !== '' && !value.includes('\0');
}

function isLine(value: string): boolean {
  return isFilled(value) && !/[\n\r]/.test(value);
}

function isTimezone(value: string): boolean {
  // Intl accepts offsets such as +01:00 too. They have no daylight saving and are no names.
  if (!/^[A-Za-z]/.test(value)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Names the sport that the first unknown one probably means; the value itself is repeated elsewhere, if short. */
function sportsProblem(value: readonly string[]): string | undefined {
  const unknown = value.find((sport) => !sportTypes.includes(sport));
  if (unknown === undefined) return undefined;
  const near = nearestName(unknown, sportTypes);
  const hint = near === undefined ? `they are ${sportTypes.join(', ')}` : `did you mean ${near}?`;
  return `must be sport types of Strava between commas (${hint})`;
}

function clientSecretProblem(value: string): string | undefined {
  if (value === 'put-your-client-secret-here') {
    return `is still the placeholder of config/secrets.example.json: replace it with the Client Secret of ${applicationPage}`;
  }
  return /^[\x21-\x7e]+$/.test(value)
    ? undefined
    : `must be one word of plain characters: the Client Secret of ${applicationPage}`;
}
